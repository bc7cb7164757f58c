//! The functions of a profile as SAM takes them: a folder with a `bootstrap` for each, and a template that names these folders.

use std::fs;
use std::path::PathBuf;

use crate::error::Error;
use crate::stack;
use crate::world::World;

/// Puts the template and the functions into a folder with nothing else in it, and gives the template's path.
pub fn write(world: &World) -> Result<PathBuf, Error> {
    let folder = world.folder("peers");
    stack::remove(&folder)?;
    for binary in world.binaries() {
        let folder = folder.join(binary);
        fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
        let bootstrap = folder.join("bootstrap");
        let function = world.function(binary);
        fs::hard_link(&function, &bootstrap).map_err(Error::file(&function))?;
    }
    let source = world.root.join("template.yaml");
    let text = fs::read_to_string(&source).map_err(Error::file(&source))?;
    let Some(text) = template(&text).filter(|(_, functions)| *functions == world.system.functions.len()) else {
        let what = "has a function whose `Properties` do not follow its `BuildProperties`".to_owned();
        return Err(Error::Silent { who: source.display().to_string(), what });
    };
    let path = folder.join("template.yaml");
    fs::write(&path, text.0).map_err(Error::file(&path))?;
    Ok(path)
}

/// The template with `CodeUri: BINARY` for each function that has its binary in its `BuildProperties`, and how many these are.
fn template(text: &str) -> Option<(String, usize)> {
    let (mut built, mut functions, mut binary) = (String::new(), 0, None);
    for line in text.lines() {
        built.push_str(line);
        built.push('\n');
        if let Some((_, rest)) = line.split_once("BuildProperties: {Binary: ") {
            binary = Some(rest.split_once('}')?.0);
        } else if line == "    Properties:"
            && let Some(binary) = binary.take()
        {
            built.push_str(&format!("      CodeUri: {binary}\n"));
            functions += 1;
        }
    }
    Some((built, functions))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use local_template::System;

    use super::*;

    #[test]
    fn each_function_has_the_folder_of_its_binary() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
        let (built, functions) = template(&fs::read_to_string(&path).unwrap()).unwrap();
        let system = System::read(&path, &Default::default()).unwrap();
        assert_eq!(functions, system.functions.len());
        for (id, function) in &system.functions {
            let (_, resource) = built.split_once(&format!("\n  {id}:\n")).unwrap();
            let resource = resource.split("\n\n").next().unwrap();
            let code = resource.lines().find_map(|line| line.trim().strip_prefix("CodeUri: "));
            assert_eq!(code, Some(function.binary.as_str()), "{id}");
        }
    }
}
