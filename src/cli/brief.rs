//! `keymoot brief`: the page that people need before a ceremony.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::api::Clock as _;
use crate::ceremony::{self, BriefVault, Rehearsals};
use crate::os::WallClock;
use crate::session::Demands;

use super::sessions::{self, Practice};
use super::status::{Answer, Failure, Status};
use super::{lint, play, streams, vault};

/// Print the page that people need before a ceremony
#[derive(clap::Args)]
#[command(after_help = "\
Who comes and what each brings, what to run beforehand and afterwards, what the vault must allow, what ends when.
With --vault it ends with 3 where the vault would refuse the script; with --unlock-file it also reads the policy.
It ends with 1 where the script has errors that `keymoot lint` finds.

Example:
  keymoot brief kek-to-aws-rsa.toml --vault acme.vault")]
pub(super) struct Brief {
    /// A script file, or the name of one that ships with keymoot; without it those are listed
    script: Option<PathBuf>,
    /// Say whether this vault would take it
    #[arg(long, value_name = "DIR")]
    vault: Option<PathBuf>,
    /// Open the vault with everybody in this file (test and rehearsal vaults; mode 0600)
    #[arg(long, value_name = "F", requires = "vault")]
    unlock_file: Option<PathBuf>,
    /// Read the file input NAME too, and say when its token and certificate end
    #[arg(long, value_name = "NAME=PATH", value_parser = play::input)]
    input: Vec<(String, PathBuf)>,
}

impl Brief {
    pub(super) fn run(self) -> Answer<Status> {
        let Some(path) = &self.script else {
            play::list()?;
            return Ok(Status::Done);
        };
        let bytes = lint::read(path)?;
        let script = lint::parsed(path, &bytes)?;
        let mut inputs = BTreeMap::new();
        for (name, path) in &self.input {
            if !script.inputs().iter().any(|(known, _)| known == name) {
                return Err(Failure::usage(format!(
                    "this script declares no file input {name:?}. Nothing was read."
                )));
            }
            let bytes = streams::read(path, streams::INPUT_LIMIT)?.to_vec();
            inputs.insert(name.clone(), bytes);
        }
        let vault = self.known()?;
        let ships = ceremony::shipped()
            .iter()
            .any(|(_, shipped)| *shipped == bytes.as_slice());
        let file = (!ships).then(|| ceremony::shell_word(&path.display().to_string()));
        let brief = ceremony::brief(&script, file.as_deref(), vault.as_ref(), &inputs);
        let errors = script.lint().iter().filter(|f| f.is_error()).count();
        if errors > 0 {
            let shown = path.display();
            let found = match errors {
                1 => "an error".to_owned(),
                n => format!("{n} errors"),
            };
            streams::note(&format!(
                "keymoot: `keymoot lint {shown}` finds {found} in this script. Put that right before anybody is asked to come."
            ));
        }
        streams::print(&streams::printable(&brief.page))?;
        if brief.refusals.is_empty() {
            return Ok(if errors > 0 {
                Status::Failed
            } else {
                Status::Done
            });
        }
        Err(Failure::person_needed(format!(
            "this vault would refuse the script. Nothing was begun. {}",
            brief.refusals.join(" ")
        )))
    }

    /// What is known of the vault: its public part, or more where it is opened.
    fn known(&self) -> Answer<Option<BriefVault>> {
        let Some(dir) = &self.vault else {
            return Ok(None);
        };
        let public = vault::public_part(dir)?;
        let view = match &self.unlock_file {
            None => None,
            Some(file) => {
                let session = sessions::open(dir, Some(file), &Practice::default())?;
                let view = session.view();
                sessions::close(session)?;
                Some(view)
            }
        };
        let least = Demands::at_least(public.profile, (public.k, public.t));
        let demands = view.as_ref().map_or(least, |view| view.demands.clone());
        Ok(Some(BriefVault {
            opens: usize::from(public.k),
            demands,
            name: sessions::name_of(dir),
            profile: public.profile,
            people: public
                .people
                .into_iter()
                .map(|(name, role, _)| (name, role))
                .collect(),
            view,
            rehearsals: Rehearsals::read(play::rehearsal_notes().as_deref(), WallClock.now()),
        }))
    }
}
