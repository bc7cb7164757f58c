//! Programs to compare with, of a workspace of their own so that what they depend on does not mix with the shop's.

use std::path::PathBuf;

use crate::cargo::{cargo, run};
use crate::error::Error;
use crate::world::{World, profile_folder};

/// The smallest function that AWS's own library makes.
pub const HELLO: &str = "hello";

/// A program, once it is built.
#[derive(Debug)]
pub struct Reference {
    pub name: &'static str,
    pub path: PathBuf,
    /// The function of the shop whose events and environment it gets.
    pub like: &'static str,
}

/// Builds them: `raw` and `hello` as the shop is, `default` as cargo does unless it is told otherwise.
pub async fn build(world: &World) -> Result<Vec<Reference>, Error> {
    let target = world.folder("references");
    let manifest = world.root.join("bench/references/Cargo.toml");
    let groups: [(&str, &[&'static str]); 2] = [("shop", &["raw", HELLO]), ("release", &["default"])];
    let mut references = Vec::new();
    for (profile, names) in groups {
        let mut command = cargo();
        command.args(["build", "--locked", "--profile", profile, "--manifest-path"]).arg(&manifest);
        command.arg("--target-dir").arg(&target).args(names.iter().flat_map(|name| ["--package", name]));
        run(command, &format!("references: {}", names.join(", "))).await?;
        let path = |name: &str| profile_folder(&target, profile).join(name);
        references.extend(names.iter().map(|&name| Reference { name, path: path(name), like: "get-product" }));
    }
    Ok(references)
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
        lines.filter(|line| !line.is_empty() && !line.starts_with("inherits")).collect()
    }

    #[test]
    fn references_are_built_as_the_shop_is() {
        let own = profile("../Cargo.toml", "release");
        assert!(own.len() > 2, "{own:?}");
        assert_eq!(profile("references/Cargo.toml", "shop"), own);
    }
}
