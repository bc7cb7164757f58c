//! How much memory a process has used.

#[cfg(target_os = "linux")]
mod platform {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::FileExt;
    use std::time::{Duration, Instant};

    /// One read serves for the invocations of this time: reading costs a tenth of what a short one costs here in all.
    const RECENT: Duration = Duration::from_millis(100);

    /// A process does not come by memory faster: the kernel clears each page first.
    const FASTEST_KIB_PER_MS: u64 = 10 * 1024;

    pub(crate) struct Memory {
        /// `/proc/PID/status`, kept open: never another process's that got the same id.
        status: Option<File>,
        pub(super) latest: Option<(Instant, u64)>,
    }

    impl Memory {
        pub fn of(pid: u32) -> Self {
            Self { status: File::open(format!("/proc/{pid}/status")).ok(), latest: None }
        }

        /// The peak of its resident memory in KiB as it was within the last 100 ms, if it can't be over `limit` since.
        pub fn recent_peak_kib(&mut self, limit: u64) -> Option<u64> {
            self.recent_peak_kib_at(Instant::now(), limit)
        }

        pub(super) fn recent_peak_kib_at(&mut self, now: Instant, limit: u64) -> Option<u64> {
            if let Some((at, peak)) = self.latest {
                let since = now.saturating_duration_since(at);
                let more = FASTEST_KIB_PER_MS * (since.as_millis() as u64 + 1);
                if since < RECENT && peak + more < limit {
                    return Some(peak);
                }
            }
            self.peak_kib()
        }

        /// The peak of its resident memory in KiB; `None` once it has ended.
        pub fn peak_kib(&mut self) -> Option<u64> {
            let mut buffer = [0; 4096];
            let length = read_start(self.status.as_ref()?, &mut buffer).ok()?;
            let status = std::str::from_utf8(&buffer[..length]).ok()?;
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
            let peak = peak.trim().strip_suffix(" kB")?.parse().ok()?;
            self.latest = Some((Instant::now(), peak));
            Some(peak)
        }
    }

    fn read_start(file: &File, buffer: &mut [u8]) -> io::Result<usize> {
        file.read_at(buffer, 0)
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    /// There is no way without `unsafe` to ask for another process's peak.
    pub(crate) struct Memory;

    impl Memory {
        pub fn of(_pid: u32) -> Self {
            Self
        }

        pub fn recent_peak_kib(&mut self, _limit: u64) -> Option<u64> {
            None
        }

        pub fn peak_kib(&mut self) -> Option<u64> {
            None
        }
    }
}

pub(crate) use platform::Memory;

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::{Duration, Instant};

    use super::Memory;

    #[test]
    fn the_peak_of_a_running_process_is_known() {
        let ballast = std::hint::black_box(vec![1_u8; 16 << 20]);
        let peak = Memory::of(std::process::id()).peak_kib().unwrap();
        assert!(peak >= 16 << 10, "{peak} KiB");
        drop(ballast);
    }

    #[test]
    fn a_process_that_has_ended_uses_none() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let mut memory = Memory::of(child.id());
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(memory.peak_kib(), None);
    }

    #[test]
    fn one_read_serves_as_long_as_the_limit_is_out_of_reach() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let mut memory = Memory::of(child.id());
        let peak = memory.recent_peak_kib(u64::MAX);
        child.kill().unwrap();
        child.wait().unwrap();
        // A read tells from here on that it has ended.
        let mut after = |since, limit| {
            let now = Instant::now();
            memory.latest = Some((now - Duration::from_millis(since), peak?));
            memory.recent_peak_kib_at(now, limit)
        };
        assert_eq!(after(50, u64::MAX), peak);
        assert_eq!(after(100, u64::MAX), None);
        let limit = peak.unwrap() + 512 * 1024;
        assert_eq!(after(25, limit), peak);
        assert_eq!(after(51, limit), None);
    }
}
