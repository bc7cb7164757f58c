//! The machine that figures were taken on.

use std::process::Command;

use time::OffsetDateTime;
use time::macros::format_description;

use crate::figures::Machine;

/// This one; what it does not tell is empty.
pub fn describe(profile: &str) -> Machine {
    Machine {
        processor: processor(),
        cores: std::thread::available_parallelism().map_or(0, usize::from),
        system: said_by("uname", &["-sr"]),
        rustc: said_by("rustc", &["--version"]),
        profile: profile.to_owned(),
        date: OffsetDateTime::now_utc().format(format_description!("[year]-[month]-[day]")).unwrap_or_default(),
    }
}

/// As Linux has it, or as macOS does.
fn processor() -> String {
    let known = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    match known.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")) {
        Some((_, name)) => name.to_owned(),
        None => said_by("sysctl", &["-n", "machdep.cpu.brand_string"]),
    }
}

fn said_by(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(|_| String::new(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

impl Machine {
    /// Whether figures of both can stand in one table: all but the day is the same.
    pub fn is_like(&self, other: &Self) -> bool {
        let all = |machine: &Self| {
            let Self { processor, cores, system, rustc, profile, date: _ } = machine.clone();
            (processor, cores, system, rustc, profile)
        };
        all(self) == all(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_another_build_do_not_mix() {
        let one = describe("release");
        assert!(one.is_like(&Machine { date: "2001-01-01".to_owned(), ..one.clone() }));
        assert!(!one.is_like(&describe("tool")));
    }
}
