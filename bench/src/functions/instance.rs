//! A process that serves a function, and what it has used at each of its turns.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::Full;
use tokio::process::Child;
use tokio::time::timeout;
use uuid::Uuid;

use super::program::Program;
use super::resources;
use super::runtime_api::{Answer, Asked, Call, RuntimeApi, status};
use crate::error::Error;

/// Longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A turn of a process: when it came, and the CPU time used by then.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub at: Instant,
    pub cpu: Option<Duration>,
}

/// One event and its answer.
#[derive(Debug)]
pub struct Invocation {
    pub answer: Bytes,
    /// The event is on its way to the process.
    pub handed_out: Moment,
    /// Its answer has arrived.
    pub responded: Moment,
    /// It asks for the next event.
    pub rested: Moment,
}

/// A process that waits for its next event; it ends when this is dropped.
#[derive(Debug)]
pub struct Instance {
    program: Program,
    process: Child,
    pid: u32,
    api: RuntimeApi,
    waiting: Answer,
    /// When it was started.
    pub spawned: Instant,
    /// Its first question for an event.
    pub polled: Moment,
}

impl Instance {
    /// Starts it, and waits until it asks for its first event.
    pub async fn start(program: &Program) -> Result<Self, Error> {
        let mut api = RuntimeApi::serve().await?;
        let mut command = program.command(api.address)?;
        let spawned = Instant::now();
        let failed = |cause| Error::Run { program: program.path.display().to_string(), cause };
        let mut process = command.spawn().map_err(failed)?;
        let pid = process.id().unwrap_or_default();
        let asked = ask(program, &mut process, &mut api).await?;
        let polled = moment(pid, &asked).await;
        match asked.call {
            Call::Next => {
                let program = program.clone();
                Ok(Self { program, process, pid, api, waiting: asked.answer, spawned, polled })
            }
            Call::Response(answer) | Call::Error(answer) => Err(refused(program, &answer)),
        }
    }

    /// Gives it an event, and waits until it has answered and asks for the next one. It waits in its turn while it is
    /// looked at, so that nothing it does goes uncounted or counts twice.
    pub async fn invoke(mut self, event: Bytes) -> Result<(Self, Invocation), Error> {
        let handed_out = Moment { at: Instant::now(), cpu: resources::cpu(self.pid) };
        let _ = self.waiting.send(self.program.event(event));
        let asked = ask(&self.program, &mut self.process, &mut self.api).await?;
        let responded = moment(self.pid, &asked).await;
        let answer = match asked.call {
            Call::Response(answer) => answer,
            Call::Error(error) => return Err(refused(&self.program, &error)),
            Call::Next => return Err(silent(&self.program, "asked for another event without answering this one")),
        };
        let _ = asked.answer.send(status(StatusCode::ACCEPTED));
        let next = ask(&self.program, &mut self.process, &mut self.api).await?;
        let rested = moment(self.pid, &next).await;
        match next.call {
            Call::Next => self.waiting = next.answer,
            Call::Response(answer) | Call::Error(answer) => return Err(refused(&self.program, &answer)),
        }
        Ok((self, Invocation { answer, handed_out, responded, rested }))
    }

    /// The most memory it ever had.
    pub fn peak(&self) -> Option<u64> {
        resources::peak(self.pid)
    }
}

/// What the process asks next.
async fn ask(program: &Program, process: &mut Child, api: &mut RuntimeApi) -> Result<Asked, Error> {
    let asked = async {
        tokio::select! {
            biased;
            asked = api.calls.recv() => asked.ok_or_else(|| silent(program, "is not served any more")),
            _ = process.wait() => Err(silent(program, "ended")),
        }
    };
    timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err(silent(program, "did nothing for 30 s")))
}

/// When it asked, and what it had used once it was asleep over it.
async fn moment(pid: u32, asked: &Asked) -> Moment {
    resources::rest(pid).await;
    Moment { at: asked.at, cpu: resources::cpu(pid) }
}

fn silent(program: &Program, what: &str) -> Error {
    Error::Silent { who: program.name.clone(), what: format!("{what}{}", program.last_words()) }
}

fn refused(program: &Program, answer: &Bytes) -> Error {
    let answer = String::from_utf8_lossy(answer);
    Error::Answer { who: program.name.clone(), answer: format!("{answer}{}", program.last_words()) }
}

impl Program {
    /// The event as the Runtime API gives it.
    fn event(&self, payload: Bytes) -> Response<Full<Bytes>> {
        let id = Uuid::now_v7().to_string();
        let deadline = SystemTime::now() + self.timeout;
        let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let arn = format!("arn:aws:lambda:us-east-1:{}:function:{}", local_template::ACCOUNT, self.name);
        let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        let response = Response::builder()
            .header("content-type", "application/json")
            .header("lambda-runtime-aws-request-id", id)
            .header("lambda-runtime-deadline-ms", deadline.to_string())
            .header("lambda-runtime-invoked-function-arn", arn)
            .header("lambda-runtime-trace-id", trace)
            .body(Full::new(payload));
        response.unwrap_or_else(|_| status(StatusCode::INTERNAL_SERVER_ERROR))
    }
}
