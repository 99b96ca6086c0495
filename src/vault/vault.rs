//! The open vault: creating, opening, committing, destroying. After a crash at any instant the folder holds
//! the state before a commit or the state after it.

use std::io::Read;
use std::ops::Range;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::beside::beside;
use super::custody_file::CustodyFile;
use super::custody_settling::{CustodyBytes, promote, settle_custody};
use super::generations::{self, generation_name};
use super::identity::Identity;
use super::payload::{self, AuditHead, Header, MAC_LABEL};
use super::seal::{Sealing, open_with};
use super::store::{AUDIT, CUSTODY, CUSTODY_NEXT, Store, StoreError, UNFINISHED, VAULT};
use super::vault_error::VaultError;

/// One change to be committed: the session's part of the next vault.age.
#[derive(Clone)]
pub struct Change<'a> {
    /// See [`Header::epoch`].
    pub epoch: [u8; 16],
    /// See [`Header::seq`].
    pub seq: u64,
    /// See [`Header::state_head`].
    pub state_head: [u8; 32],
    /// See [`Header::audit_head`].
    pub audit_head: AuditHead,
    /// New accepted hashes of custody.toml; `None` leaves them.
    pub custody: Option<Vec<[u8; 32]>>,
    /// The session's state, opaque here.
    pub state: &'a [u8],
    /// Material ends with this change: every earlier vault file is removed.
    pub destroys: bool,
}

/// The session's state as it was committed; wiped when dropped.
pub struct State {
    plain: Zeroizing<Vec<u8>>,
    place: Range<usize>,
}

impl State {
    /// The bytes given to the commit.
    pub fn bytes(&self) -> &[u8] {
        self.plain.get(self.place.clone()).unwrap_or_default()
    }
}

/// An open vault, locked for its life. It holds V's recipient and the MAC key derived from V, never V.
pub struct Vault {
    store: Box<dyn Store>,
    recipient: String,
    mac_key: Zeroizing<[u8; 32]>,
    header: Header,
    custody: CustodyFile,
    file_sha256: [u8; 32],
    /// The number the next commit must exceed; above the header's after an older copy was opened.
    highest: u64,
    unsure: bool,
    /// Whether the mark of an unfinished making lies in the folder: asked of the medium once, not with every view.
    unfinished: bool,
}

impl Vault {
    /// Creates a vault: custody.toml, then vault.age as commit 1. `first.custody` and `first.destroys` are
    /// not looked at.
    pub fn create(
        mut store: Box<dyn Store>,
        identity: &Identity,
        custody: CustodyFile,
        first: &Change<'_>,
    ) -> Result<Self, VaultError> {
        store.try_lock()?;
        for name in [VAULT, CUSTODY] {
            if store.read(name)?.is_some() {
                return Err(VaultError::AlreadyThere {
                    place: store.place(),
                });
            }
        }
        if custody.recipients.open != identity.recipient() {
            return Err(VaultError::IdentityMismatch);
        }
        let text = custody.to_toml()?;
        let header = Header {
            vault_id: custody.vault_id,
            profile: custody.profile,
            epoch: first.epoch,
            seq: first.seq,
            commit: 1,
            purge_before: 0,
            previous_file: [0; 32],
            state_head: first.state_head,
            audit_head: first.audit_head,
            custody: vec![CustodyFile::sha256_of(text.as_bytes())],
        };
        let mac_key = identity.derive(MAC_LABEL);
        let sealed = sealed(&header, first.state, &mac_key, identity.recipient())?;
        store.replace(CUSTODY, text.as_bytes())?;
        store.replace(VAULT, &sealed)?;
        Ok(Self {
            store,
            recipient: identity.recipient().to_owned(),
            mac_key,
            highest: header.commit,
            header,
            custody,
            file_sha256: Sha256::digest(&sealed).into(),
            unsure: false,
            unfinished: false,
        })
    }

    /// Opens a vault with V: lock, custody.toml, vault.age, the checks, and the end of an interrupted purge.
    pub fn open(store: Box<dyn Store>, identity: &Identity) -> Result<(Self, State), VaultError> {
        Self::open_copy(store, identity, false)
    }

    /// Opens an older or forked copy, which [`Vault::open`] refuses. Only as a recorded exception, with the
    /// approvals that takes; the caller draws a new epoch.
    pub fn open_older(
        store: Box<dyn Store>,
        identity: &Identity,
    ) -> Result<(Self, State), VaultError> {
        Self::open_copy(store, identity, true)
    }

    fn open_copy(
        mut store: Box<dyn Store>,
        identity: &Identity,
        older: bool,
    ) -> Result<(Self, State), VaultError> {
        store.try_lock()?;
        let files = CustodyBytes::read(&*store)?;
        let (current, next) = files.parse()?;
        let ours = |file: &CustodyFile| file.recipients.open == identity.recipient();
        if !ours(&current) && !next.as_ref().is_some_and(ours) {
            return Err(VaultError::IdentityMismatch);
        }
        let file = store.read(VAULT)?.ok_or_else(|| VaultError::Unfinished {
            place: store.place(),
        })?;
        let plain = open_with(identity, &file)?;
        let mac_key = identity.derive(MAC_LABEL);
        let (header, state) = payload::decode(&plain, &mac_key)?;
        let place = part(&plain, state);
        let custody = settle_custody(&mut *store, &files, current, next, &header, ours)?;
        if header.vault_id != custody.vault_id || header.profile != custody.profile {
            return Err(VaultError::WrongVault {
                found: data_encoding::HEXLOWER.encode(&header.vault_id),
            });
        }
        let highest = latest(&*store, &header, &file, older)?;
        generations::purge(&mut *store, header.purge_before)?;
        let unfinished = store.read(UNFINISHED)?.is_some();
        let vault = Self {
            store,
            recipient: identity.recipient().to_owned(),
            mac_key,
            header,
            custody,
            file_sha256: Sha256::digest(&file).into(),
            highest,
            unsure: false,
            unfinished,
        };
        Ok((vault, State { plain, place }))
    }

    /// The header of the state in force.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// custody.toml as it is in force.
    pub fn custody(&self) -> &CustodyFile {
        &self.custody
    }

    /// The files, for reading.
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// Adds whole lines to the audit log, durably.
    pub fn append_audit(&mut self, lines: &[u8]) -> Result<(), StoreError> {
        self.store.append(AUDIT, lines)
    }

    /// The audit log as a stream; `None` before its first line.
    pub fn audit_reader(&self) -> Result<Option<Box<dyn Read + Send>>, StoreError> {
        self.store.reader(AUDIT)
    }

    /// Commits a change. On an error, [`VaultError::effect`] says which state is in force.
    pub fn commit(&mut self, change: &Change<'_>) -> Result<(), VaultError> {
        let (recipient, mac_key) = (self.recipient.clone(), self.mac_key.clone());
        self.write(change, recipient, mac_key)
    }

    /// Commits a change under another vault identity, as rotating does. Opening then takes that identity,
    /// and a custody.toml or custody.next.toml that names it.
    pub fn commit_under(
        &mut self,
        identity: &Identity,
        change: &Change<'_>,
    ) -> Result<(), VaultError> {
        let mac_key = identity.derive(MAC_LABEL);
        self.write(change, identity.recipient().to_owned(), mac_key)
    }

    fn write(
        &mut self,
        change: &Change<'_>,
        recipient: String,
        mac_key: Zeroizing<[u8; 32]>,
    ) -> Result<(), VaultError> {
        if self.unsure {
            return Err(VaultError::Unsure);
        }
        let header = self.next_header(change)?;
        let sealed = sealed(&header, change.state, &mac_key, &recipient)?;
        if !change.destroys {
            // A second name for the file in force; until the replacement below, both show the same bytes.
            // Not waited for: a power cut that takes it takes one step of history, never the state.
            self.store
                .keep(VAULT, &generation_name(self.header.commit))?;
        }
        let store = &mut self.store;
        let (digest, replaced) =
            beside(|| Sha256::digest(&sealed), || store.replace(VAULT, &sealed));
        if let Err(error) = replaced {
            self.unsure = error.may_have_changed();
            return Err(error.into());
        }
        self.highest = header.commit;
        self.header = header;
        self.file_sha256 = digest.into();
        self.recipient = recipient;
        self.mac_key = mac_key;
        if change.destroys {
            return self.finish_purge();
        }
        // One generation too many harms nobody, and the next commit or opening removes it; but what was
        // due for destruction must be gone.
        match generations::trim(&mut *self.store, self.header.purge_before) {
            Err(error) if self.purge_is_due() => Err(VaultError::PurgeUnfinished(error)),
            _ => Ok(()),
        }
    }

    fn next_header(&self, change: &Change<'_>) -> Result<Header, VaultError> {
        let same_epoch = change.epoch == self.header.epoch;
        if same_epoch && change.seq < self.header.seq {
            return Err(VaultError::OutOfOrder);
        }
        let commit = self.highest + 1;
        let custody = change.custody.clone();
        Ok(Header {
            vault_id: self.header.vault_id,
            profile: self.header.profile,
            epoch: change.epoch,
            seq: change.seq,
            commit,
            purge_before: if change.destroys {
                commit
            } else {
                self.header.purge_before
            },
            previous_file: self.file_sha256,
            state_head: change.state_head,
            audit_head: change.audit_head,
            custody: custody.unwrap_or_else(|| self.header.custody.clone()),
        })
    }

    /// Removes what a destruction left; also to be called again after [`VaultError::PurgeUnfinished`].
    pub fn finish_purge(&mut self) -> Result<(), VaultError> {
        generations::purge(&mut *self.store, self.header.purge_before)
            .map_err(VaultError::PurgeUnfinished)
    }

    fn purge_is_due(&self) -> bool {
        match generations::numbers(&*self.store) {
            Ok(numbers) => numbers
                .first()
                .is_some_and(|n| *n < self.header.purge_before),
            Err(_) => true,
        }
    }

    /// Lays the successor of custody.toml beside it and returns its SHA-256, to be committed as pending.
    pub fn stage_custody(&mut self, next: &CustodyFile) -> Result<[u8; 32], VaultError> {
        let text = next.to_toml()?;
        self.store.replace(CUSTODY_NEXT, text.as_bytes())?;
        Ok(CustodyFile::sha256_of(text.as_bytes()))
    }

    /// Puts the staged successor in the place of custody.toml. The state must have accepted it.
    pub fn promote_custody(&mut self) -> Result<(), VaultError> {
        let bytes = self
            .store
            .read(CUSTODY_NEXT)?
            .ok_or(VaultError::CustodyChanged)?;
        if !self
            .header
            .custody
            .contains(&CustodyFile::sha256_of(&bytes))
        {
            return Err(VaultError::CustodyChanged);
        }
        let file = CustodyFile::parse(&bytes)?;
        promote(&mut *self.store, &bytes)?;
        self.custody = file;
        Ok(())
    }

    /// Leaves a file in the folder that says that envelopes of this new vault are being handed out.
    ///
    /// # Errors
    /// The medium refused.
    pub fn mark_unfinished(&mut self, text: &str) -> Result<(), StoreError> {
        self.store.replace(UNFINISHED, text.as_bytes())?;
        self.unfinished = true;
        Ok(())
    }

    /// Takes it away; none that is there is no error.
    ///
    /// # Errors
    /// The medium refused.
    pub fn unmark_unfinished(&mut self) -> Result<(), StoreError> {
        if !self.unfinished {
            return Ok(());
        }
        self.store.remove(UNFINISHED)?;
        self.store.sync()?;
        self.unfinished = false;
        Ok(())
    }

    /// Whether it is there.
    pub const fn is_unfinished(&self) -> bool {
        self.unfinished
    }

    /// Removes a staged successor that will not be used.
    pub fn drop_staged_custody(&mut self) -> Result<(), VaultError> {
        self.store.remove(CUSTODY_NEXT)?;
        Ok(self.store.sync()?)
    }
}

/// The highest commit number ever seen here; refuses a vault.age that is not it unless `older`.
fn latest(store: &dyn Store, header: &Header, file: &[u8], older: bool) -> Result<u64, VaultError> {
    let Some(generation) = generations::numbers(store)?.last().copied() else {
        return Ok(header.commit);
    };
    let ahead = if generation == header.commit {
        // Kept just before a commit that did not happen: the same bytes, or somebody swapped the file.
        store.read(&generation_name(generation))?.as_deref() != Some(file)
    } else {
        generation > header.commit
    };
    if ahead && !older {
        return Err(VaultError::NotTheLatest {
            commit: header.commit,
            generation,
        });
    }
    Ok(generation.max(header.commit))
}

fn sealed(
    header: &Header,
    state: &[u8],
    mac_key: &[u8; 32],
    recipient: &str,
) -> Result<Vec<u8>, VaultError> {
    let body = payload::body(header, state)?;
    let mut sealing = Sealing::to(recipient, body.len() + payload::TAG_LEN)?;
    let (tag, written) = beside(|| payload::tag(mac_key, &body), || sealing.add(&body));
    written?;
    sealing.add(&tag?)?;
    Ok(sealing.finish()?)
}

/// Where `part` lies in `whole`, of which it is a slice.
fn part(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr() - whole.as_ptr().addr();
    start..start + part.len()
}

#[cfg(test)]
#[path = "vault_tests.rs"]
mod tests;
