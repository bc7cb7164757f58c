//! The log of an instance: what its process writes and what Lambda says, line by line, in order.

use std::sync::Arc;

use local_stories::Span;

use crate::LogSink;

/// `X-Amz-Log-Result` is the last 4 KB.
const TAIL: usize = 4096;
/// CloudWatch's limit for an event: a line that goes on beyond is cut there.
const LONGEST_LINE: usize = 1024 * 1024;

pub(crate) struct Log {
    sink: Arc<dyn LogSink>,
    function: String,
    /// The start of a line whose end is not written yet.
    partial: Vec<u8>,
    /// What was written since the tail was asked for, or rather the end of it.
    tail: Option<String>,
    /// The invocation that the lines belong to.
    span: Span,
}

impl Log {
    pub fn new(sink: Arc<dyn LogSink>, function: String) -> Self {
        Self { sink, function, partial: Vec::new(), tail: None, span: Span::default() }
    }

    /// Takes what the process wrote.
    pub fn output(&mut self, mut bytes: &[u8]) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
            if self.partial.is_empty() {
                self.line(&String::from_utf8_lossy(line));
            } else {
                self.partial.extend_from_slice(line);
                self.flush();
            }
            bytes = rest;
        }
        self.partial.extend_from_slice(bytes);
        if self.partial.len() >= LONGEST_LINE {
            self.flush();
        }
    }

    /// Takes a line of Lambda's own.
    pub fn line(&mut self, line: &str) {
        self.sink.line(&self.function, line);
        self.span.log(line);
        if let Some(tail) = &mut self.tail {
            tail.push_str(line);
            tail.push('\n');
            // Cut now and then, not at each line.
            if tail.len() > 16 * TAIL {
                tail.drain(..tail.ceil_char_boundary(tail.len() - TAIL));
            }
        }
    }

    /// Ends a line that the process has left open.
    pub fn flush(&mut self) {
        if !self.partial.is_empty() {
            let line = std::mem::take(&mut self.partial);
            self.line(&String::from_utf8_lossy(&line));
        }
    }

    /// What is written from here on belongs to an invocation.
    pub fn belongs_to(&mut self, span: &Span) {
        self.span = span.clone();
    }

    /// Keeps what is written from here on.
    pub fn start_tail(&mut self) {
        self.tail = Some(String::new());
    }

    /// The last 4 KB since [`start_tail`](Self::start_tail).
    pub fn take_tail(&mut self) -> Option<String> {
        let mut tail = self.tail.take()?;
        tail.drain(..tail.ceil_char_boundary(tail.len().saturating_sub(TAIL)));
        Some(tail)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn log() -> (Log, Arc<Mutex<Vec<String>>>) {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = lines.clone();
        let sink = move |function: &str, line: &str| sink.lock().unwrap().push(format!("{function}: {line}"));
        (Log::new(Arc::new(sink), "echo".to_owned()), lines)
    }

    #[test]
    fn a_line_that_comes_in_pieces_is_one_line() {
        let (mut log, lines) = log();
        log.output("caf\u{e9}".as_bytes().split_at(4).0);
        log.output("caf\u{e9}".as_bytes().split_at(4).1);
        log.output(b" one\ntwo\n\nthr");
        log.flush();
        log.flush();
        assert_eq!(*lines.lock().unwrap(), ["echo: café one", "echo: two", "echo: ", "echo: thr"]);
    }

    #[test]
    fn the_tail_is_the_last_4_kb_since_it_was_asked_for() {
        let (mut log, _) = log();
        log.line("before");
        log.start_tail();
        log.line("short");
        assert_eq!(log.take_tail().as_deref(), Some("short\n"));
        log.start_tail();
        for _ in 0..10_000 {
            log.line("éééé");
        }
        let tail = log.take_tail().unwrap();
        assert!(tail.ends_with("éééé\n") && (TAIL - 1..=TAIL).contains(&tail.len()), "{}", tail.len());
        assert_eq!(log.take_tail(), None);
    }
}
