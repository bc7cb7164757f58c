//! Programs to compare with, of a workspace of their own so that what they depend on does not mix with the shop's.

use std::path::PathBuf;

use crate::cargo::{cargo, run};
use crate::error::Error;
use crate::world::{TOOLS, World, profile_folder};

/// The smallest function that AWS's own library makes.
pub const HELLO: &str = "hello";

/// The function of the shop whose events and environment they get.
pub const LIKE: &str = "get-product";

/// All of them, from the smallest. They are built as the shop is: what they differ in is what they are made of. Each line is
/// built by itself, so that what one depends on gets no features for another.
const NAMES: [&[&str]; 2] = [&["raw", HELLO], &["default"]];

/// Their names.
pub fn all() -> impl Iterator<Item = &'static str> {
    NAMES.into_iter().flatten().copied()
}

/// Where one is, once it is built.
pub fn path(world: &World, name: &str) -> PathBuf {
    profile_folder(&world.folder("references"), profile(world)).join(name)
}

/// The profile that they are built with. Functions that were built elsewhere are in a folder of their profile's name; else they
/// are compared with references of `release`.
fn profile(world: &World) -> &'static str {
    if world.profile.ends_with(TOOLS) { TOOLS } else { "release" }
}

/// Builds them.
pub async fn build(world: &World) -> Result<(), Error> {
    let manifest = world.root.join("bench/references/Cargo.toml");
    for names in NAMES {
        let mut command = cargo();
        command.args(["build", "--locked", "--profile", profile(world), "--manifest-path"]).arg(&manifest);
        command.arg("--target-dir").arg(world.folder("references")).current_dir(&world.root);
        command.args(names.iter().flat_map(|name| ["--package", name]));
        run(command, &format!("references: {}", names.join(", "))).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// The settings of a profile in a manifest, without comments.
    fn profile(manifest: &str, name: &str) -> Vec<String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(manifest);
        let text = std::fs::read_to_string(path).unwrap();
        let (_, section) = text.split_once(&format!("\n[profile.{name}]\n")).unwrap();
        let section = section.split("\n[").next().unwrap();
        let lines = section.lines().map(|line| line.split('#').next().unwrap().trim().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    }

    #[test]
    fn references_are_built_as_the_shop_is() {
        for name in ["release", "optimized"] {
            let own = profile("../Cargo.toml", name);
            assert!(!own.is_empty(), "{name}");
            assert_eq!(profile("references/Cargo.toml", name), own, "{name}");
        }
    }
}
