//! What the vault keeps of components.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::act::ComponentPart;
use super::{Refusal, SetRef, wrong};

/// Components that belong together.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ComponentSet {
    /// As in [`SetRef`].
    pub(crate) id: String,
    /// What people call the key.
    pub(crate) label: String,
    /// Service name of the algorithm.
    pub(crate) algorithm: String,
    /// Components that make the key.
    pub(crate) parts: u8,
    /// The run they were entered in.
    pub(crate) run: Option<String>,
    /// The key that was formed of them or left as them; then nothing sealed is left of them.
    pub(crate) key: Option<String>,
    /// Since when.
    pub(crate) at: i64,
    /// By part.
    pub(crate) components: Vec<HeldComponent>,
    /// Packages as they came.
    pub(crate) packages: Vec<Package>,
    /// Why none of it is used, beside packages that showed tampering: a paper that nobody can find. Absent where there is
    /// none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) suspect: Option<String>,
}

/// One component.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct HeldComponent {
    /// From 1.
    pub(crate) part: u8,
    /// Its custodian.
    pub(crate) holder: String,
    /// Its check value.
    pub(crate) kcv: String,
    /// Sealed to the use identity until it was used.
    pub(crate) sealed: Option<ByteBuf>,
    /// HMAC of the component under `nonce`.
    pub(crate) commitment: ByteBuf,
    /// 32 random bytes.
    pub(crate) nonce: ByteBuf,
    /// When.
    pub(crate) at: i64,
    /// Whether it was made here.
    pub(crate) generated: bool,
}

/// One package, as it came.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Package {
    /// The component in it.
    pub(crate) part: u8,
    /// Its serial, which is the advised one.
    pub(crate) serial: String,
    /// Who read the advice.
    pub(crate) advised_by: String,
    /// Who opened it; where it showed tampering, who found that.
    pub(crate) opened_by: String,
    /// Whether it showed signs of tampering.
    pub(crate) tampered: bool,
    /// When.
    pub(crate) at: i64,
}

impl ComponentSet {
    pub(super) fn new(set: &SetRef, at: i64) -> Self {
        Self {
            id: set.id.clone(),
            label: set.label.clone(),
            algorithm: set.algorithm.name().to_owned(),
            parts: set.parts,
            run: set.run.clone(),
            key: None,
            at,
            components: Vec::new(),
            packages: Vec::new(),
            suspect: None,
        }
    }

    pub(super) fn part(&self, part: u8) -> Option<&HeldComponent> {
        self.components.iter().find(|c| c.part == part)
    }

    pub(super) fn parts(&self) -> Vec<ComponentPart> {
        self.components
            .iter()
            .map(|c| ComponentPart {
                part: c.part,
                holder: c.holder.clone(),
                kcv: c.kcv.clone(),
                commitment: data_encoding::HEXLOWER.encode(&c.commitment),
            })
            .collect()
    }

    /// C5: a set of which one package showed tampering, or one paper cannot be found, is never used.
    pub(super) fn not_suspect(&self) -> Result<(), Refusal> {
        if let Some(why) = &self.suspect {
            return Err(wrong(format_args!(
                "The components of {} are SUSPECT: {why} (PCI PIN 9-2, 22). None of them is used or printed again. \
                 Destroy them all under two people's eyes, and divide a key anew in another ceremony.",
                self.label
            )));
        }
        match self.packages.iter().find(|p| p.tampered) {
            None => Ok(()),
            Some(package) => Err(wrong(format_args!(
                "The components of {} are SUSPECT: package {} showed tampering, found by {} (PCI PIN 9-2). No \
                 key is formed of them, and none of them is used again. Destroy them all under two people's eyes and \
                 ask the sender for a new set.",
                self.label, package.serial, package.opened_by
            ))),
        }
    }

    /// Nothing sealed is kept any more; who held what stays known.
    pub(crate) fn forget(&mut self) {
        for component in &mut self.components {
            component.sealed = None;
        }
    }
}
