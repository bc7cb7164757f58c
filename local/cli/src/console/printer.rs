//! The thread that writes to the terminal: a terminal that is held (Ctrl-S, a pager) must not hold up the stack.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice, adapter};

/// How many bytes wait for a terminal that is held until further lines are left out.
const MOST_WAITING: usize = 4 * 1024 * 1024;

/// How long the first text waits for others to be written with.
const LINGER: Duration = Duration::from_millis(5);

/// Takes texts, and has them written in their order.
pub struct Printer {
    jobs: Sender<Job>,
    waiting: Arc<Waiting>,
}

enum Job {
    Print(String),
    /// Tell when all before is written.
    Flush(Sender<()>),
}

#[derive(Default)]
struct Waiting {
    bytes: AtomicUsize,
    /// Lines that found no room.
    omitted: AtomicUsize,
}

impl Printer {
    /// Starts the thread, which writes to `out` what was made ready for it.
    pub fn start(mut out: impl Write + Send + 'static) -> Self {
        let (jobs, incoming) = mpsc::channel();
        let waiting = Arc::<Waiting>::default();
        let shared = Arc::clone(&waiting);
        std::thread::spawn(move || write(&mut out, &incoming, &shared));
        Self { jobs, waiting }
    }

    /// Takes a text.
    pub fn print(&self, text: String) {
        self.waiting.bytes.fetch_add(text.len(), Ordering::SeqCst);
        let _ = self.jobs.send(Job::Print(text));
    }

    /// Takes one of the lines that come without end. What finds no room is counted, and said once there is room again.
    pub fn print_if_room(&self, line: String) {
        if self.waiting.bytes.load(Ordering::SeqCst) > MOST_WAITING {
            self.waiting.omitted.fetch_add(1, Ordering::SeqCst);
        } else {
            self.print(line);
        }
    }

    /// Waits until all is written, so long at most.
    pub fn flush(&self, within: Duration) {
        let (done, written) = mpsc::channel();
        let _ = self.jobs.send(Job::Flush(done));
        let _ = written.recv_timeout(within);
    }
}

/// Writes what is there at once. The stack runs on without a terminal.
fn write(out: &mut impl Write, incoming: &Receiver<Job>, Waiting { bytes, omitted }: &Waiting) {
    while let Ok(first) = incoming.recv() {
        if matches!(first, Job::Print(_)) {
            std::thread::sleep(LINGER);
        }
        let (mut batch, mut flushed) = (String::new(), Vec::new());
        for job in std::iter::once(first).chain(incoming.try_iter()) {
            match job {
                Job::Print(text) => batch.push_str(&text),
                Job::Flush(done) => flushed.push(done),
            }
        }
        let taken = batch.len();
        let left_out = omitted.swap(0, Ordering::SeqCst);
        if left_out > 0 {
            batch.push_str(&format!("          ({left_out} lines are left out: the terminal was held)\n"));
        }
        let _ = out.write_all(batch.as_bytes()).and_then(|()| out.flush());
        bytes.fetch_sub(taken, Ordering::SeqCst);
        for done in flushed {
            let _ = done.send(());
        }
    }
}

/// Standard output, without the colours where no terminal shows them.
pub struct Output {
    is_plain: bool,
}

impl Output {
    /// As standard output is now.
    pub fn new() -> Self {
        Self { is_plain: AutoStream::choice(&io::stdout()) == ColorChoice::Never }
    }
}

impl Write for Output {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let mut out = io::stdout().lock();
        // In one piece: an adapter writes between the colours.
        match self.is_plain.then(|| std::str::from_utf8(buffer)) {
            Some(Ok(text)) => out.write_all(adapter::strip_str(text).to_string().as_bytes())?,
            _ => out.write_all(buffer)?,
        }
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().lock().flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    use super::*;

    /// A terminal that takes a text once it is let go.
    struct Terminal {
        go: Receiver<()>,
        begun: SyncSender<()>,
        written: Arc<Mutex<Vec<String>>>,
    }

    impl Write for Terminal {
        fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
            let _ = self.begun.send(());
            let _ = self.go.recv();
            self.written.lock().unwrap().push(String::from_utf8_lossy(buffer).into_owned());
            Ok(buffer.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_waits_for_a_held_terminal_is_bounded_and_written_at_once() {
        let ((let_go, go), (begun, has_begun)) = (mpsc::channel(), sync_channel(10));
        let written = Arc::default();
        let printer = Printer::start(Terminal { go, begun, written: Arc::clone(&written) });
        printer.print("first\n".to_owned());
        has_begun.recv().unwrap();
        let line = format!("{}\n", "x".repeat(1023));
        for _ in 0..10_000 {
            printer.print_if_room(line.clone());
        }
        let waiting = printer.waiting.bytes.load(Ordering::SeqCst);
        assert!(waiting <= MOST_WAITING + 2 * line.len(), "{waiting}");
        printer.print("asked for\n".to_owned());
        drop(let_go);
        printer.flush(Duration::from_secs(60));
        let written = written.lock().unwrap();
        assert_eq!((written[0].as_str(), written.len()), ("first\n", 2));
        let lines: Vec<&str> = written[1].lines().collect();
        let [shown @ .., "asked for", said] = &lines[..] else { panic!("{lines:?}") };
        let omitted = 10_000 - shown.len();
        assert!(shown.len() >= 4_096 && shown.iter().all(|shown| **shown == line[..1023]), "{}", shown.len());
        assert_eq!(said.trim(), format!("({omitted} lines are left out: the terminal was held)"));
    }
}
