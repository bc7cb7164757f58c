//! What the workflows in `.github/workflows` run with rights of this repository: other people's actions.

use std::fs;

use crate::workspace;

/// Why a step's `uses` may run other code tomorrow than it does today: a tag or a branch can be moved, a commit can't.
#[derive(Debug, PartialEq, Eq)]
enum Unpinned {
    /// A tag, a branch or a shortened commit.
    NoCommit,
    /// The commit has no version beside it, from which a reader (and Dependabot) learns what it is.
    NoVersion,
}

/// Judges a line of a workflow; `None` if it uses nothing from elsewhere.
fn action(line: &str) -> Option<Result<(), Unpinned>> {
    let line = line.trim_start();
    let line = line.strip_prefix("- ").unwrap_or(line).trim_start();
    let used = line.strip_prefix("uses:").or_else(|| line.strip_prefix("\"uses\":"))?.trim();
    let (used, comment) = used.split_once('#').unwrap_or((used, ""));
    let used = used.trim().trim_matches(['"', '\'']);
    // A file of this repository is of the same commit as the workflow.
    if used.starts_with("./") {
        return None;
    }
    let is_pinned = match used.strip_prefix("docker://") {
        Some(image) => image.split_once("@sha256:").is_some_and(|(_, digest)| is_hex(digest, 64)),
        None => used.rsplit_once('@').is_some_and(|(_, commit)| is_hex(commit, 40)),
    };
    let version = comment.trim().strip_prefix('v').unwrap_or_default();
    Some(match (is_pinned, version.starts_with(|c: char| c.is_ascii_digit())) {
        (false, _) => Err(Unpinned::NoCommit),
        (true, false) => Err(Unpinned::NoVersion),
        (true, true) => Ok(()),
    })
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[test]
fn every_action_is_pinned_by_its_commit_beside_its_version() {
    let mut pinned = 0;
    for folder in [".github/workflows", ".github/actions"] {
        let Ok(files) = fs::read_dir(workspace().join(folder)) else { continue };
        for file in files {
            let path = file.unwrap().path();
            for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
                let Some(judged) = action(line) else { continue };
                let place = format!("{}:{}: {}", path.display(), number + 1, line.trim());
                assert_eq!(
                    judged,
                    Ok(()),
                    "{place}\nwrite `uses: OWNER/NAME@COMMIT # vVERSION`, the commit of 40 digits"
                );
                pinned += 1;
            }
        }
    }
    assert!(pinned > 0, "no workflow uses an action: is this the right folder?");
}

#[test]
fn what_can_be_moved_is_no_pin() {
    let commit = "11bd71901bbe5b1630ceea73d27597364c9af683";
    for (line, judged) in [
        (format!("      - uses: actions/checkout@{commit} # v4.2.2"), Some(Ok(()))),
        (format!("        uses: \"actions/cache/save@{commit}\" # v4"), Some(Ok(()))),
        (format!("      - uses: actions/checkout@{commit}"), Some(Err(Unpinned::NoVersion))),
        (format!("      - uses: actions/checkout@{commit} # the newest"), Some(Err(Unpinned::NoVersion))),
        (format!("      - uses: actions/checkout@{} # v4", &commit[..7]), Some(Err(Unpinned::NoCommit))),
        (format!("      - uses: actions/checkout@{} # v4", commit.to_uppercase()), Some(Err(Unpinned::NoCommit))),
        ("      - uses: actions/checkout@v4".to_owned(), Some(Err(Unpinned::NoCommit))),
        ("    uses: someone/workflows/.github/workflows/check.yml@main".to_owned(), Some(Err(Unpinned::NoCommit))),
        ("      - uses: docker://alpine:3.20".to_owned(), Some(Err(Unpinned::NoCommit))),
        (format!("      - uses: docker://alpine@sha256:{} # v3.20", "a".repeat(64)), Some(Ok(()))),
        ("    uses: ./.github/workflows/check.yml".to_owned(), None),
        ("      - run: echo uses".to_owned(), None),
    ] {
        assert_eq!(action(&line), judged, "{line}");
    }
}
