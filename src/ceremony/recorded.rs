//! A script of what was done at a workstation: the acts of a session, in their order, with the rituals around them.

mod again;
mod members;
mod people;
mod people_acts;
mod practised;
mod steps;
mod turns;
mod writer;

use std::fmt::Write as _;
use std::path::Path;

use super::{Script, parse};
use crate::api::Timestamp;
use crate::session::deeds::Deed;
use crate::text::{say, tr};
use writer::Writer;

#[cfg(test)]
pub(super) use people_acts::remarked;

/// The file that is proposed for such a script.
pub const RECORDED: &str = "as-done.toml";

/// What marks a deed in a recording of the screen.
const MARK: &str = "did ";

/// A deed as a recording holds it: one marker.
pub fn deed_marker(deed: &Deed) -> Option<String> {
    let json = serde_json::to_string(deed).ok()?;
    Some(format!("{MARK}{json}"))
}

/// The deeds that a recording's markers hold, in order; other markers say who acts.
pub fn deeds_in<'a>(markers: impl Iterator<Item = &'a str>) -> Vec<Deed> {
    markers
        .filter_map(|marker| serde_json::from_str(marker.strip_prefix(MARK)?).ok())
        .collect()
}

/// A script for a file: its name without `.toml` is the script's id.
///
/// # Errors
/// The name is none of a script, or nothing was done that a script could say.
pub fn recorded_script_for(file: &Path, deeds: &[Deed]) -> Result<String, String> {
    let name = file.file_name().and_then(|name| name.to_str());
    let id = name.and_then(|name| name.strip_suffix(".toml"));
    recorded_script(
        id.ok_or("a script's file ends in .toml, and its name is the script's id")?,
        deeds,
    )
}

/// What the linter finds in such a script, in a few words for whoever wrote it.
pub fn lint_said(script: &str) -> String {
    let Ok(script) = Script::parse(script.as_bytes()) else {
        return tr("it cannot be read as a script").to_owned();
    };
    let found = script.lint();
    let errors = found.iter().filter(|finding| finding.is_error()).count();
    match (errors, found.len()) {
        (0, 0) => tr("keymoot lint finds nothing wrong").to_owned(),
        (0, 1) => tr("the linter has one remark: keymoot lint").to_owned(),
        (0, n) => say!("the linter has {n} remarks: keymoot lint", n),
        (1, _) => {
            tr("the linter finds an error, and it is not run until that is mended: keymoot lint")
                .to_owned()
        }
        (n, _) => say!(
            "the linter finds {n} errors, and it is not run until they are mended: keymoot lint",
            n
        ),
    }
}

/// A script of this id that does the same again: the keys under their names, the people as places, files as inputs.
///
/// What no script can do is a remark at its place; ceremonies that were played from a script are not in it.
///
/// # Errors
/// The id has not the form of one, or nothing was done that a script could say.
fn recorded_script(id: &str, deeds: &[Deed]) -> Result<String, String> {
    if !parse::is_id(id) {
        return Err(format!(
            "`{id}` is no id: a small letter, then up to 39 small letters, digits or hyphens"
        ));
    }
    let Some(first) = deeds.first() else {
        return Err(
            "nothing was done here that a script could say. It is made of acts that were asked for and approved outside of \
             ceremonies; a ceremony that was played is a script already"
                .to_owned(),
        );
    };
    let deeds = &again::sayable(deeds);
    let mut writer = Writer::over(deeds);
    let steps: Vec<String> = deeds
        .iter()
        .enumerate()
        .map(|(n, d)| writer.step(n, d))
        .collect();
    let began = Timestamp::from_millis(first.at).rfc3339();
    let mut text = head(id, began.get(..10).unwrap_or_default());
    text.push_str(&writer.people.declared());
    text.push_str("[policy]\nprofiles = [\"rehearsal\", \"test\"]       # add \"production\" when it has been rehearsed\n",
    );
    for declaration in writer.declarations() {
        text.push('\n');
        text.push_str(declaration);
    }
    writer.opening(&mut text);
    text.extend(steps);
    writer.closing(&mut text);
    let _ = write!(text, "\n[rehearsal]\nseed  = \"{id}\"\nclock = {began}\n");
    text.extend(writer.answers);
    Ok(text)
}

fn head(id: &str, day: &str) -> String {
    format!(
        "# WRITTEN FROM WHAT WAS DONE AT A WORKSTATION ON {day}\n#\n\
         # The acts are those of that session, in their order, each signed by as many people.\n\
         # What no script does is a remark at its place. Ceremonies that were played from a script\n\
         # are not in it.\n\
         # Before it is used: say in `title` and in each `why` what it is for; files that came in are\n\
         # inputs (--input NAME=PATH); name a witness where it needs one; rehearse it.\n#\n\
         # `sha256sum {id}.toml` gives the digest that the record holds.\n\n\
         version  = 1\nid       = \"{id}\"\ntitle    = \"As done at the workstation on {day}\"\n\n"
    )
}
