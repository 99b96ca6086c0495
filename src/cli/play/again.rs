//! The command that goes on with a ceremony that was left: it names whatever this one was given.

use std::path::Path;

use crate::ceremony::{self, Again, Script};

use super::PlayArgs;

impl PlayArgs {
    /// What a command that goes on with this ceremony names.
    pub(super) fn again(&self, path: &Path, script: &Script) -> Again {
        let named = |flag: &str, path: &Option<std::path::PathBuf>| {
            let path = path.as_ref()?;
            let path = ceremony::shell_word(&path.display().to_string());
            Some(format!(" {flag} {path}"))
        };
        let out = named("--out", &self.out);
        let unlock = named("--unlock-file", &self.place.unlock_file);
        let plain = self.look.plain.then(|| " --plain".to_owned());
        Again {
            vault: self.place.vault.clone(),
            file: Some((path.to_owned(), script.sha256_hex())),
            more: out.into_iter().chain(unlock).chain(plain).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        play: PlayArgs,
    }

    #[test]
    fn whoever_goes_on_names_the_unlock_file_again() {
        let line = "play first-key.toml --vault t.vault --unlock-file people.json --plain --out o";
        let line = Line::try_parse_from(line.split(' ')).ok().unwrap();
        let (_, bytes) = crate::ceremony::shipped()
            .iter()
            .find(|(name, _)| *name == "first-key.toml")
            .unwrap();
        let script = Script::parse(bytes).ok().unwrap();
        let again = line.play.again(Path::new("first-key.toml"), &script);
        assert_eq!(again.more, " --out o --unlock-file people.json --plain");
    }
}
