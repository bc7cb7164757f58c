//! A stack that runs: one of the test's own, or the shop of the place.

use std::path::Path;
use std::time::Duration;

use http::Method;
use rustix::process::Signal;

use crate::address::Address;
use crate::answer::Answer;
use crate::folder::Folder;
use crate::place::{Ability, Names, Remote, place};
use crate::program::{Exit, Program};
use crate::request::Request;
use crate::setup::Setup;

/// How long a start may take, and an end.
const PATIENCE: Duration = Duration::from_secs(60);

/// A shop that runs: a `cargo local` of a test's own, or the one at `BASE_URL`.
#[derive(Debug)]
pub struct Stack {
    pub(crate) api: Address,
    home: Home,
}

/// The test's own, or the place's.
#[derive(Debug)]
enum Home {
    Own(Box<Own>),
    Remote(&'static Remote),
}

/// The `cargo local` of a test's own. Dropping it ends it and removes its data, unless the test fails.
#[derive(Debug)]
struct Own {
    // Before the folder, which is removed when the program has ended.
    program: Program,
    setup: Setup,
    folder: Folder,
}

impl Stack {
    /// Starts an empty stack and waits until it is ready.
    pub async fn start() -> Self {
        Self::with(Setup::new()).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        assert!(place().remote().is_none(), "a test that starts a stack begins with needs!(OwnStack)");
        let folder = Folder::new();
        let (program, port) = ready(&setup, &folder, &[]).await;
        Self { api: Address::local(port), home: Home::Own(Box::new(Own { program, setup, folder })) }
    }

    /// The shop at `BASE_URL`; without one, a stack of this setup.
    pub(crate) async fn of_this_place(setup: Setup) -> Self {
        match place().remote() {
            None => Self::with(setup).await,
            Some(remote) => Self { api: remote.api.clone(), home: Home::Remote(remote) },
        }
    }

    fn own(&self) -> &Own {
        match &self.home {
            Home::Own(own) => own,
            Home::Remote(_) => panic!("a test that minds its stack's process begins with needs!(OwnStack)"),
        }
    }

    pub(crate) fn is_own(&self) -> bool {
        matches!(self.home, Home::Own(_))
    }

    pub(crate) fn remote(&self) -> Option<&'static Remote> {
        match self.home {
            Home::Own(_) => None,
            Home::Remote(remote) => Some(remote),
        }
    }

    /// Whether tests can write to the tables of users and sessions.
    pub(crate) fn has_tables(&self) -> bool {
        self.remote().is_none_or(Remote::has_tables)
    }

    /// Names of this place's resources; none for a test's own stack, where they are the logical ids.
    pub(crate) fn names(&self) -> Option<&'static Names> {
        self.remote().map(|remote| &remote.names)
    }

    /// Starts it again on the same data, with further arguments. It has to have ended.
    pub async fn start_again(&mut self, arguments: &[&str]) {
        let Home::Own(own) = &mut self.home else { panic!("only a test's own stack ends") };
        let (program, port) = ready(&own.setup, &own.folder, arguments).await;
        own.program = program;
        self.api = Address::local(port);
    }

    /// Starts it again on the same data, with another setup. It has to have ended.
    pub async fn start_again_as(&mut self, setup: Setup) {
        let Home::Own(own) = &mut self.home else { panic!("only a test's own stack ends") };
        own.setup = setup;
        self.start_again(&[]).await;
    }

    /// The port it serves on.
    pub fn port(&self) -> u16 {
        self.api.port()
    }

    /// Where it keeps its data.
    pub fn folder(&self) -> &Path {
        self.own().folder.path()
    }

    /// Its output so far.
    pub fn output(&self) -> String {
        self.own().program.output()
    }

    /// Waits until its output has a text so many times.
    ///
    /// # Panics
    /// The text does not come in time.
    pub async fn until_told(&self, text: &str, times: usize) {
        let wanted = text.to_owned();
        let told = self
            .own()
            .program
            .until(PATIENCE, move |state| (state.output.matches(wanted.as_str()).count() >= times).then_some(()));
        told.await.unwrap_or_else(|| panic!("not told: {text}\n{}", self.output()));
    }

    /// Sends it a signal and waits for its end.
    ///
    /// # Panics
    /// It does not end.
    pub async fn end(&self, signal: Signal) -> Exit {
        let program = &self.own().program;
        program.signal(signal);
        program.ended(PATIENCE).await.unwrap_or_else(|| panic!("{signal:?} did not end it:\n{}", self.output()))
    }

    /// `kill -9`: what a crash of the machine would do to it.
    pub async fn kill(&self) {
        self.end(Signal::KILL).await;
    }

    /// A request to the AWS services under the shop.
    pub(crate) fn aws_request(&self, method: Method, path: &str) -> Request<'_> {
        let address = match self.remote() {
            None => &self.api,
            Some(remote) => remote.aws.as_ref().expect("a test that calls AWS services begins with needs!(AwsApi)"),
        };
        self.request_to(address, method, path)
    }

    /// A GET request.
    pub fn get(&self, path: &str) -> Request<'_> {
        self.request(Method::GET, path)
    }

    /// A POST request.
    pub fn post(&self, path: &str) -> Request<'_> {
        self.request(Method::POST, path)
    }

    /// Any request.
    pub fn request(&self, method: Method, path: &str) -> Request<'_> {
        self.request_to(&self.api, method, path)
    }

    pub(crate) fn request_to<'s>(&'s self, address: &'s Address, method: Method, path: &str) -> Request<'s> {
        let folder = match &self.home {
            Home::Own(own) => Some(own.folder.path()),
            Home::Remote(_) => None,
        };
        Request::new(address, folder, method, path)
    }

    /// A request to where an answer's `Location` leads, which has to be where this path of the API is.
    ///
    /// # Panics
    /// It leads elsewhere.
    #[track_caller]
    pub fn follow(&self, answer: &Answer, path: &str) -> Request<'_> {
        let location = answer.header("location");
        if !place().has(Ability::Gateway) {
            // An engine that serves stages elsewhere than AWS does tells functions of a path that nobody can ask for.
            assert!(location.ends_with(path), "{answer}");
            return self.get(path);
        }
        assert_eq!(location, format!("{}{path}", self.api.prefix), "{answer}");
        self.get(&location[self.api.prefix.len()..])
    }
}

/// Starts `local` and waits for the line that says where it is.
async fn ready(setup: &Setup, folder: &Folder, more: &[&str]) -> (Program, u16) {
    let mut arguments = setup.arguments(folder);
    // Before the parameters, which take all that follows.
    arguments.splice(0..0, more.iter().map(Into::into));
    let program = Program::start(arguments, setup.cargo()).await;
    let told = program.until(PATIENCE, |state| match state.status {
        Some(_) => Some(None),
        None => state.output.lines().find_map(port).map(Some),
    });
    match told.await.flatten() {
        Some(port) => (program, port),
        None => panic!("the stack is not ready:\n{}", program.output()),
    }
}

/// `  http://127.0.0.1:PORT is ready (500 ms). …`
fn port(line: &str) -> Option<u16> {
    let (url, _) = line.trim_start().split_once(" is ready ")?;
    url.strip_prefix("http://127.0.0.1:")?.parse().ok()
}
