//! Memory of processes, as Linux counts it: their proportional share ("PSS", `man proc_pid_smaps`), in which
//! pages that several processes share count once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use http::Method;
use serde_json::{Value, json};

use crate::endpoints::{self, Shop};
use crate::error::Error;
use crate::generator::one_by_one;
use crate::stack::Stack;
use crate::world::World;

/// Memory of an idle stack with one instance of every function.
#[derive(Debug, Default)]
pub struct Idle {
    /// Bytes of the whole stack.
    pub bytes: u64,
    /// Bytes of the functions.
    pub functions_bytes: u64,
}

/// Starts a stack, lets every function work once, and looks.
pub async fn idle(world: &World) -> Result<Idle, Error> {
    let stack = Stack::start(world, "idle").await?;
    let shop = Shop::open(&stack, 6).await?;
    for case in endpoints::cases(world, &stack, &shop, 1).await? {
        one_by_one(stack.address, case.asks).await?;
    }
    stack.drained().await?;
    let mut instances = instances(&stack).await?;
    // What only schedules and operators call.
    for function in world.system.functions.values().filter(|function| !instances.contains_key(&function.name)) {
        stack.invoke(&function.name, &json!({})).await?;
    }
    stack.drained().await?;
    instances.extend(self::instances(&stack).await?);

    let mut idle = Idle::default();
    for pid in instances.values() {
        idle.functions_bytes += pss(*pid)?;
    }
    idle.bytes = idle.functions_bytes;
    let functions: BTreeSet<u32> = all_instances(&stack).await?.into_iter().map(|(_, pid)| pid).collect();
    for pid in tree(stack.pid())?.difference(&functions) {
        idle.bytes += pss(*pid)?;
    }
    Ok(idle)
}

/// One instance of each function.
async fn instances(stack: &Stack) -> Result<BTreeMap<String, u32>, Error> {
    Ok(all_instances(stack).await?.into_iter().collect())
}

async fn all_instances(stack: &Stack) -> Result<Vec<(String, u32)>, Error> {
    let found = stack.control(Method::GET, "instances").await?;
    let instance =
        |one: &Value| Some((one["function"].as_str()?.to_owned(), u32::try_from(one["pid"].as_u64()?).ok()?));
    Ok(found.as_array().into_iter().flatten().filter_map(instance).collect())
}

/// A process with all that descend from it.
pub fn tree(root: u32) -> Result<BTreeSet<u32>, Error> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc").map_err(Error::file("/proc"))? {
        let name = entry.map_err(Error::file("/proc"))?.file_name();
        let Ok(pid) = name.to_string_lossy().parse::<u32>() else { continue };
        // `PID (NAME) STATE PARENT …`; one that has ended meanwhile has none.
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        parents.extend(parent.map(|parent| (pid, parent)));
    }
    let mut tree = BTreeSet::from([root]);
    loop {
        let more: Vec<u32> = parents.iter().filter(|(_, parent)| tree.contains(parent)).map(|(pid, _)| *pid).collect();
        let before = tree.len();
        tree.extend(more);
        if tree.len() == before {
            return Ok(tree);
        }
    }
}

/// The proportional share of a process, in bytes.
pub fn pss(pid: u32) -> Result<u64, Error> {
    let path = format!("/proc/{pid}/smaps_rollup");
    let text = fs::read_to_string(&path).map_err(Error::file(&path))?;
    let kib =
        text.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    let unreadable = || Error::Answer { who: path, answer: "no Pss".to_owned() };
    kib.map(|kib| kib * 1024).ok_or_else(unreadable)
}
