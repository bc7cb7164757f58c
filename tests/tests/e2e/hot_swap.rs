//! A source changes while the stack runs.
//!
//! A real change would dirty the tree and a real build would take its time, so the workspace here is a folder whose
//! cargo only says what it "built". All after that is real: the look at the sources, the new executable, the swap.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use local_template::System;
use serde_json::json;
use tests::{Folder, Setup, Stack, executable, until_ended, workspace};

/// A workspace with executables and a source, but no compiler.
struct Workshop(Folder);

impl Workshop {
    async fn new() -> Self {
        let workshop = Self(Folder::new());
        let root = workshop.root();
        let system = System::read(&workspace().join("template.yaml"), &[].into()).unwrap();
        fs::create_dir_all(root.join("bin")).unwrap();
        fs::create_dir_all(root.join("functions")).unwrap();
        let mut messages = String::new();
        for function in system.functions.values() {
            let built = root.join("bin").join(&function.binary);
            fs::hard_link(executable(&function.binary).await, &built).unwrap();
            let message =
                json!({"reason": "compiler-artifact", "target": {"name": function.binary}, "executable": built});
            messages.push_str(&format!("{message}\n"));
        }
        fs::write(root.join("messages"), messages).unwrap();
        workshop.breaks(false);
        workshop.edit();
        workshop
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    /// Whether the sources compile.
    fn breaks(&self, broken: bool) {
        let root = self.root().display();
        let binaries = fs::read_dir(self.root().join("bin")).unwrap();
        let targets: Vec<_> =
            binaries.map(|binary| json!({"name": binary.unwrap().file_name().to_str().unwrap()})).collect();
        let package = json!({
            "manifest_path": self.root().join("functions/Cargo.toml"),
            "targets": targets,
            "dependencies": [],
        });
        let metadata = json!({"workspace_root": self.root(), "target_directory": self.root(), "packages": [package]});
        let build = if broken { "exit 101".to_owned() } else { format!("cat '{root}/messages'") };
        let script = format!("#!/bin/sh\ncase $1 in\nmetadata) echo '{metadata}' ;;\nbuild) {build} ;;\nesac\n");
        // Another file under the old name: the old one may be running.
        let new = self.root().join("new");
        fs::write(&new, script).unwrap();
        fs::set_permissions(&new, fs::Permissions::from_mode(0o755)).unwrap();
        fs::rename(new, self.cargo()).unwrap();
    }

    fn cargo(&self) -> PathBuf {
        self.root().join("cargo")
    }

    /// Changes a source.
    fn edit(&self) {
        fs::write(self.root().join("functions/source.rs"), "").unwrap();
    }

    /// Makes a new executable of a binary, as a compiler would: another file under the old name.
    fn rebuild(&self, binary: &str) {
        let (built, new) = (self.root().join("bin").join(binary), self.root().join("new"));
        fs::copy(&built, &new).unwrap();
        fs::rename(new, built).unwrap();
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_changed_function_is_swapped_while_requests_go_on_and_a_broken_one_is_not() {
    let workshop = Workshop::new().await;
    let stack = Setup::new().watching(workshop.cargo()).start().await;
    let process = async |function: &str| {
        let instances = stack.instances().await;
        instances.into_iter().find(|one| one.function == function).unwrap().pid
    };
    // Starts an instance of both.
    assert_eq!(stack.get("/health").send().await.status, 200);
    assert_healthy(&stack).await;
    let (changed, unchanged) = (process("UsersHealthFunction").await, process("GatewayHealthFunction").await);

    workshop.rebuild("users-health");
    workshop.edit();
    let requests = async {
        loop {
            assert_healthy(&stack).await;
        }
    };
    tokio::select! {
        () = stack.until_told(SWAPPED, 1) => {}
        () = requests => {}
    }
    assert_healthy(&stack).await;
    until_ended(&[changed]).await;
    assert_ne!(process("UsersHealthFunction").await, changed);
    assert_eq!(process("GatewayHealthFunction").await, unchanged, "it did not change");

    workshop.rebuild("users-health");
    workshop.breaks(true);
    workshop.edit();
    stack.until_told("the last good ones go on", 1).await;
    assert_healthy(&stack).await;

    workshop.breaks(false);
    workshop.edit();
    stack.until_told(SWAPPED, 2).await;
    assert_healthy(&stack).await;
}

const SWAPPED: &str = "swapped UsersHealthFunction in ";

async fn assert_healthy(stack: &Stack) {
    let answer = stack.get("/api/users/health").send().await;
    assert_eq!(answer.status, 200, "{answer}");
}
