//! Links of Markdown pages lead to files that are there, and to headings that are.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use regex::Regex;

use crate::workspace;

/// All Markdown pages of the workspace, from its root.
fn pages() -> Vec<PathBuf> {
    fn search(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(workspace().join(folder)).unwrap() {
            let entry = entry.unwrap();
            let (name, path) = (entry.file_name(), folder.join(entry.file_name()));
            // What is built, and what only tools see.
            let is_ours = name != "target" && !name.to_string_lossy().starts_with('.');
            if entry.file_type().unwrap().is_dir() && is_ours {
                search(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    search(Path::new(""), &mut found);
    found
}

/// The page without its blocks of code, in which nothing is a link or a heading.
fn prose(page: &str) -> String {
    Regex::new(r"(?ms)^```.*?^```$").unwrap().replace_all(page, "").into_owned()
}

/// The names under which a page's headings can be linked to: `## What it costs` is `what-it-costs`.
fn headings(prose: &str) -> BTreeSet<String> {
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    let is_kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    let name = |line: &str| line.trim_start_matches('#').trim().to_lowercase().chars().filter(is_kept).collect();
    headings.map(name).map(|name: String| name.replace(' ', "-")).collect()
}

/// Where a link leads, from the workspace's root: `docs/local.md` and `../README.md` are `README.md`.
fn target(page: &Path, link: &str) -> PathBuf {
    let mut target = page.parent().unwrap_or(Path::new("")).to_path_buf();
    for part in Path::new(link).components() {
        match part {
            Component::ParentDir => {
                target.pop();
            }
            other => target.push(other),
        }
    }
    target
}

/// What is wrong with the links of a page.
fn broken(page: &Path, text: &str) -> Vec<String> {
    let prose = prose(text);
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let mut broken = Vec::new();
    for found in link.captures_iter(&prose) {
        let link = &found[1];
        if link.starts_with("https://") || link.starts_with("http://") {
            continue;
        }
        let (file, heading) = link.split_once('#').unwrap_or((link, ""));
        let target = if file.is_empty() { page.to_path_buf() } else { target(page, file) };
        let place = workspace().join(&target);
        if !place.exists() {
            broken.push(format!("{}: {link}: there is no {}", page.display(), target.display()));
        } else if !heading.is_empty() && !headings(&self::prose(&fs::read_to_string(place).unwrap())).contains(heading)
        {
            broken.push(format!("{}: {link}: no heading of {} is called so", page.display(), target.display()));
        }
    }
    broken
}

#[test]
fn every_link_of_a_page_leads_somewhere() {
    let pages = pages();
    for expected in ["README.md", "docs/local.md", "local/iam/README.md"] {
        assert!(pages.iter().any(|page| page == Path::new(expected)), "{expected} was not looked at: {pages:?}");
    }
    let read = |page: &PathBuf| fs::read_to_string(workspace().join(page)).unwrap();
    let broken: Vec<String> = pages.iter().flat_map(|page| broken(page, &read(page))).collect();
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}

#[test]
fn a_file_and_a_heading_that_are_missing_are_named() {
    let page = Path::new("docs/local.md");
    let text = "[a](../README.md#where-it-runs) [b](nowhere.md) [c](../README.md#nowhere) [d](https://example.com/e)\n\
                ```\n[f](neither)\n```\n";
    let expected = [
        "docs/local.md: nowhere.md: there is no docs/nowhere.md",
        "docs/local.md: ../README.md#nowhere: no heading of README.md is called so",
    ];
    assert_eq!(broken(page, text), expected);
}
