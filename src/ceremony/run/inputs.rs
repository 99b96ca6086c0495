//! File inputs: what was brought, and what stands in for it outside production.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::Path;

use crate::session::Profile;

use super::super::finding::Finding;
use super::super::script::{InputDeclaration, Script};
use super::super::shipped;
use super::RunError;

/// The most that is read of an input.
const LIMIT: u64 = 1024 * 1024;

/// Completes `given` by the script's defaults: from the script's own folder where it has one and the file lies in
/// it, else from the samples inside the binary. Production takes no default: a sample must never pass for a counterparty. Also says whether
/// every input is the script's own (only then its seed counts without `--seed`).
///
/// # Errors
/// A name that the script does not declare, a missing input, a default that cannot be read.
pub fn resolve_inputs(
    script: &Script,
    mut given: BTreeMap<String, Vec<u8>>,
    folder: Option<&Path>,
    profile: Profile,
) -> Result<(BTreeMap<String, Vec<u8>>, bool), RunError> {
    named(script, &given)?;
    let own = given.is_empty();
    for input in script.input_declarations() {
        if given.contains_key(&input.name) || input.during {
            continue;
        }
        let bytes = default_bytes(script, &input, folder, profile)?;
        given.insert(input.name, bytes);
    }
    Ok((given, own))
}

/// Whether people in the room are asked for what nobody gave, at the step that reads it: in production, where no sample
/// stands in for a counterparty, and in a test vault whose other side is real.
pub fn asked_for(profile: Profile, real_others: bool) -> bool {
    profile == Profile::Production || real_others
}

/// The files that a run begins with: with `asks` those that were given, and people bring the others.
///
/// # Errors
/// Those of [`resolve_inputs`].
pub(super) fn at_its_beginning(
    script: &Script,
    given: BTreeMap<String, Vec<u8>>,
    profile: Profile,
    asks: bool,
) -> Result<BTreeMap<String, Vec<u8>>, RunError> {
    if asks {
        return named(script, &given).map(|()| given);
    }
    resolve_inputs(script, given, None, profile).map(|(files, _)| files)
}

/// Judges that the script declares every file that was given.
///
/// # Errors
/// A name that it does not declare.
pub(super) fn named(script: &Script, given: &BTreeMap<String, Vec<u8>>) -> Result<(), RunError> {
    let declared = script.input_declarations();
    if let Some(unknown) = given
        .keys()
        .find(|name| !declared.iter().any(|d| d.name == **name))
    {
        let names: Vec<_> = declared.iter().map(|d| d.name.as_str()).collect();
        let known = if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        };
        return Err(RunError::CannotBegin(format!(
            "The script declares no input `{unknown}` (it declares: {known}). Nothing was begun."
        )));
    }
    Ok(())
}

fn default_bytes(
    script: &Script,
    input: &InputDeclaration,
    folder: Option<&Path>,
    profile: Profile,
) -> Result<Vec<u8>, RunError> {
    let missing = |why: &str| {
        RunError::CannotBegin(format!(
            "The script needs the file `{}`: {} {why} Give it with --input {}=PATH. Nothing was begun.",
            input.name, input.hint, input.name
        ))
    };
    let Some(path) = &input.default else {
        return Err(missing("It has no default."));
    };
    if profile == Profile::Production {
        return Err(missing("In production a sample never stands in for it."));
    }
    let Some(folder) = folder else {
        return embedded(path)
            .filter(|_| script.is_shipped())
            .ok_or_else(|| {
                missing(&format!(
                    "Its default {path} is not among the samples inside keymoot."
                ))
            });
    };
    match read(&folder.join(path)) {
        Ok(bytes) => Ok(bytes),
        // A copy of a script that ships lies where `new-script` wrote it, and its samples stayed inside the binary.
        Err(e) if e.kind() == ErrorKind::NotFound => embedded(path).ok_or(e),
        Err(e) => Err(e),
    }
    .map_err(|e| {
        missing(&format!(
            "Its default {path} cannot be read: {}.",
            crate::os::in_words(&e)
        ))
    })
}

impl Script {
    /// Files that the script names to stand in for its inputs and that are neither in this folder nor samples inside the
    /// binary: a rehearsal would not begin.
    pub fn missing_defaults(&self, folder: &Path) -> Vec<Finding> {
        let inputs = self.model.inputs.iter();
        let named = inputs.filter_map(|input| Some((input, input.default.as_ref()?)));
        let missing =
            named.filter(|(_, path)| !folder.join(path).is_file() && embedded(path).is_none());
        missing
            .map(|(input, path)| Finding {
                severity: "warning".into(),
                ..Finding::parse(
                    &input.place.member("default"),
                    format!(
                        "{path} is not beside the script and no sample inside keymoot: a rehearsal that is given no other \
                         `{}` will not begin. Put the file there, or leave `default` out.",
                        input.id
                    ),
                )
            })
            .collect()
    }
}

/// The sample of this path inside the binary.
fn embedded(path: &str) -> Option<Vec<u8>> {
    let name = path.strip_prefix("samples/")?;
    shipped::sample(name).map(<[u8]>::to_vec)
}

/// Reads a file of at most 1 MiB.
pub(super) fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(LIMIT + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT {
        return Err(std::io::Error::other("longer than 1 MiB"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ceremony::{Runner, Wanted};
    use crate::session::{Environment, practice};
    use crate::vault::MemoryStore;

    /// The files of a run that people begin, with the script's own sample or a real other side.
    fn held(real_others: bool) -> Vec<String> {
        let mut shipped = shipped::shipped().iter();
        let found = shipped.find(|(file, _)| *file == "kek-to-aws-rsa.toml");
        let script = Script::parse(found.unwrap().1).unwrap();
        let store = Box::new(MemoryStore::new());
        let environment = Environment::seeded("inputs").unwrap();
        let made = practice::vault(store, environment, None, true).unwrap();
        let mut session = made.session;
        let wanted = Wanted {
            inputs: BTreeMap::new(),
            resume: false,
            people: BTreeMap::new(),
            recorded: false,
            real_others,
            rehearsal_note: None,
            copies_to: None,
            out: None,
            clock: None,
        };
        Runner::begin_or_go_on(&mut session, script, wanted)
            .ok()
            .unwrap();
        session.view().runs[0].inputs.keys().cloned().collect()
    }

    #[test]
    fn no_sample_stands_in_where_people_can_be_asked_for_the_real_file() {
        assert_eq!(held(false), ["counterparty"]);
        assert_eq!(held(true), [] as [String; 0]);
        assert!(asked_for(Profile::Production, false));
        assert!(!asked_for(Profile::Test, false));
    }
}
