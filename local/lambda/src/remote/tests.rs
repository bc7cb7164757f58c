//! Calls to an Invoke API that the test answers.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use local_fuzz_inputs::{cases, spoiled};
use proptest::prelude::*;
use tokio::net::TcpListener;

use super::*;
use crate::FunctionError;

type Answer = fn(&Request<Bytes>) -> Response<&'static str>;

/// An Invoke API at this address, or a new one, until the test ends.
async fn serve(address: Option<SocketAddr>, answer: Answer) -> SocketAddr {
    let address = address.unwrap_or_else(|| ([127, 0, 0, 1], 0).into());
    let listener = TcpListener::bind(address).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = service_fn(move |request: Request<hyper::body::Incoming>| async move {
                let (parts, body) = request.into_parts();
                let request = Request::from_parts(parts, body.collect().await?.to_bytes());
                Ok::<_, hyper::Error>(answer(&request).map(|body| Full::new(Bytes::from(body))))
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

fn remote(address: SocketAddr) -> Remote {
    let names = ["echo", "EchoFunction", "arn:aws:lambda:us-east-1:000000000000:function:echo"];
    Remote::new(&format!("http://{address}"), names.map(|name| (name.to_owned(), "sell".to_owned()))).unwrap()
}

fn answer(status: u16, body: &'static str) -> Response<&'static str> {
    Response::builder().status(status).body(body).unwrap()
}

async fn invoke(answer: Answer) -> Result<(Bytes, Option<FunctionError>), String> {
    let remote = remote(serve(None, answer).await);
    let invocation = remote.invoke("echo", Bytes::from_static(b"{}")).await.map_err(|error| error.to_string())?;
    Ok((invocation.payload, invocation.function_error))
}

#[tokio::test]
async fn a_function_is_called_by_the_name_it_has_there() {
    let remote = remote(
        serve(None, |request| {
            assert_eq!(request.method(), Method::POST);
            assert_eq!(request.uri().path(), "/2015-03-31/functions/sell/invocations");
            assert_eq!(request.body(), "{\"a\":1}");
            answer(200, "{\"done\":true}")
        })
        .await,
    );
    for name in ["echo", "EchoFunction", "arn:aws:lambda:us-east-1:000000000000:function:echo"] {
        let invocation = remote.invoke(name, Bytes::from_static(b"{\"a\":1}")).await.unwrap();
        assert_eq!((&invocation.payload[..], invocation.function_error), (&b"{\"done\":true}"[..], None));
    }
    let unknown = remote.invoke("stop", Bytes::new()).await;
    assert!(matches!(&unknown, Err(InvokeError::NotFound(name)) if name == "stop"), "{unknown:?}");
}

#[tokio::test]
async fn a_functions_error_is_known_from_the_header_or_from_what_a_500_says() {
    let reported = Some(FunctionError::Reported);
    let with_header = |_: &Request<Bytes>| {
        Response::builder().status(200).header("x-amz-function-error", "Unhandled").body("{}").unwrap()
    };
    assert_eq!(invoke(with_header).await, Ok((Bytes::from("{}"), reported)));
    const ERROR: &str = r#"{"errorType":"Broken","errorMessage":"no"}"#;
    assert_eq!(invoke(|_| answer(500, ERROR)).await, Ok((Bytes::from(ERROR), reported)));
    assert_eq!(invoke(|_| answer(200, ERROR)).await, Ok((Bytes::from(ERROR), None)));
}

#[tokio::test]
async fn what_is_no_answer_of_the_function_is_an_error() {
    assert_eq!(invoke(|_| answer(404, "{}")).await, Err("function not found: echo".to_owned()));
    assert_eq!(invoke(|_| answer(429, "")).await, Err("rate exceeded: echo has no instance free".to_owned()));
    let broken = invoke(|_| answer(502, "broken")).await;
    assert_eq!(broken, Err("service unavailable: echo: 502 Bad Gateway broken".to_owned()));
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_waited_for() {
    // Bound and let go: nothing listens there.
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let remote = remote(address);
    let mut reach = remote.reach();
    let refused = remote.invoke("echo", Bytes::new()).await;
    assert!(matches!(refused, Err(InvokeError::Unreachable(_))), "{refused:?}");
    assert_eq!(*reach.borrow_and_update(), Reach::Lost);

    let waiting = remote.clone();
    let waiting = tokio::spawn(async move { waiting.ready().await });
    serve(Some(address), |_| answer(200, "1")).await;
    waiting.await.unwrap();
    assert_eq!(*reach.borrow_and_update(), Reach::Reached);
    assert_eq!(remote.invoke("echo", Bytes::new()).await.unwrap().payload, "1");
    // What was known already is not told again.
    remote.ready().await;
    assert!(!reach.has_changed().unwrap());
}

#[tokio::test]
async fn the_invoke_api_passes_calls_on() {
    let remote = remote(
        serve(None, |request| match request.headers().get("x-amz-invocation-type") {
            Some(kind) => {
                assert_eq!(kind, "Event");
                answer(202, "")
            }
            None => answer(500, r#"{"errorType":"Broken","errorMessage":"no"}"#),
        })
        .await,
    );
    let call = |path: &str| Request::post(path);
    let path = "/2015-03-31/functions/EchoFunction:live/invocations";
    let event = call(path).header("x-amz-invocation-type", "Event").body(Bytes::from_static(b"{}")).unwrap();
    assert_eq!(api::handle(&remote, event).await.status(), 202);

    let failed = api::handle(&remote, call(path).body(Bytes::new()).unwrap()).await;
    assert_eq!(
        (failed.status().as_u16(), &failed.headers()["x-amz-function-error"]),
        (200, &"Unhandled".parse().unwrap())
    );

    let unknown = call("/2015-03-31/functions/stop/invocations").body(Bytes::new()).unwrap();
    let unknown = api::handle(&remote, unknown).await;
    assert_eq!(
        (unknown.status().as_u16(), &unknown.headers()["x-amzn-errortype"]),
        (404, &"ResourceNotFoundException".parse().unwrap())
    );
}

#[test]
fn an_endpoint_is_an_http_url() {
    for endpoint in ["127.0.0.1:9000", "https://127.0.0.1:9000", "http://", "9000", ""] {
        assert!(Remote::new(endpoint, []).is_err(), "{endpoint}");
    }
    assert!(Remote::new("http://[::1]:9000", []).is_ok());
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn an_endpoint_that_is_taken_is_an_http_url(
        text in spoiled(&["http://127.0.0.1:9000", "http://[::1]:9000/", "http://host.docker.internal:3001/?a#b"]),
    ) {
        if Remote::new(&text, []).is_ok() {
            let url = Url::parse(&text).unwrap();
            prop_assert!(url.scheme() == "http" && url.has_host(), "{text}");
        }
    }

    #[test]
    fn any_response_is_of_the_function_or_an_error(
        status in 100..600_u16,
        body in spoiled(&[r#"{"errorType":"Broken","errorMessage":"no"}"#]),
    ) {
        let answer = Response::builder().status(status).body(Bytes::from(body.clone())).unwrap();
        let is_error = response::is_function_error(&answer);
        prop_assert!(!is_error || status == 500);
        match response::invocation("echo", "1".to_owned(), answer) {
            Ok(invocation) => prop_assert_eq!(invocation.payload, body),
            Err(_) => prop_assert!(!is_error && !(200..300).contains(&status)),
        }
    }
}
