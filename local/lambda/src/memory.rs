//! How much memory a process has used.

#[cfg(target_os = "linux")]
mod platform {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::FileExt;

    /// `/proc/PID/status`, kept open: read anew for each invocation, and never another process's that got the same id.
    pub(crate) struct Memory(Option<File>);

    impl Memory {
        pub fn of(pid: u32) -> Self {
            Self(File::open(format!("/proc/{pid}/status")).ok())
        }

        /// The peak of its resident memory in KiB; `None` once it has ended.
        pub fn peak_kib(&self) -> Option<u64> {
            let mut buffer = [0; 4096];
            let length = read_start(self.0.as_ref()?, &mut buffer).ok()?;
            let status = std::str::from_utf8(&buffer[..length]).ok()?;
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
            peak.trim().strip_suffix(" kB")?.parse().ok()
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

        pub fn peak_kib(&self) -> Option<u64> {
            None
        }
    }
}

pub(crate) use platform::Memory;

#[cfg(all(test, target_os = "linux"))]
mod tests {
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
        let memory = Memory::of(child.id());
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(memory.peak_kib(), None);
    }
}
