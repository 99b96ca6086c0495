//! What the process does to keep its memory to itself: no core dump, no tracing by the same user, no page
//! of it on swap. Each measure is tried and its result told; none of them stops the program.

use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit,
};

/// scrypt at log N 18 takes 256 MiB; a lower limit with future pages locked would make opening fail.
const ENOUGH_LOCKABLE: u64 = 1 << 30;

/// Whether one measure is in force, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// In force for this process.
    On,
    /// Not in force; the sentence says why and what would help.
    Off(String),
}

impl Measure {
    /// Whether the measure is in force.
    pub fn is_on(&self) -> bool {
        *self == Measure::On
    }
}

/// The state of every measure after [`harden`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hardening {
    /// Core dumps are off (`RLIMIT_CORE` 0).
    pub core_dumps_off: Measure,
    /// Not dumpable: no ptrace and no `/proc/PID/mem` for processes of the same user.
    pub not_dumpable: Measure,
    /// Every page touched stays in memory (`mlockall`).
    pub memory_locked: Measure,
}

/// Tries every measure. Call it first thing in `main`, before any secret is read.
pub fn harden() -> Hardening {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    Hardening {
        core_dumps_off: measure(setrlimit(Resource::Core, none), "core dumps stay possible"),
        not_dumpable: measure(
            set_dumpable_behavior(DumpableBehavior::NotDumpable),
            "another process of this user may read this one's memory",
        ),
        memory_locked: lock_memory(),
    }
}

fn measure(result: rustix::io::Result<()>, meaning: &str) -> Measure {
    match result {
        Ok(()) => Measure::On,
        Err(error) => Measure::Off(format!("{meaning}: {error}")),
    }
}

fn lock_memory() -> Measure {
    let privileged = rustix::process::geteuid().is_root();
    let limit = getrlimit(Resource::Memlock).current;
    if let Some(bytes) = limit.filter(|bytes| !privileged && *bytes < ENOUGH_LOCKABLE) {
        return Measure::Off(format!(
            "this user may lock only {} MiB of memory, so pages may be written to swap; \
             switch swap off, or raise the limit (ulimit -l)",
            bytes >> 20
        ));
    }
    // ONFAULT: what is touched stays; what is merely reserved (thread stacks) costs nothing.
    let flags = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
    measure(
        mlockall(flags),
        "pages may be written to swap; switch swap off",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_dumps_are_off_after_hardening() {
        let report = harden();
        assert!(report.core_dumps_off.is_on());
        assert!(report.not_dumpable.is_on());
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
    }
}
