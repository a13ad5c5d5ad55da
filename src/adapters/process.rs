//! What a process does for itself before it holds a secret.

/// Keeps secrets in memory from being written out when the program dies (rule 55): core dumps are
/// off, also those that are piped to a collector. To be called first in each program; calling it
/// again does no harm.
///
/// The limit is one byte, not zero: the kernel ignores the limit for a piped `core_pattern` except
/// for exactly this value (`core(5)`), and one byte is too small for a dump to a file.
pub fn harden() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let limit = Rlimit {
            current: Some(1),
            maximum: Some(1),
        };
        // Lowering a limit fails only where it is lower still.
        let _ = setrlimit(Resource::Core, limit);
    }
}

/// Also keeps other processes of the same user from attaching to this one and reading its memory.
///
/// For programs without a window only: a process that cannot be looked at is refused by the
/// desktop's portal, which opens its `/proc` folder to learn who is asking, and then there are no
/// file dialogs and no theme.
pub fn harden_against_tracing() {
    harden();
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // Fails only for a value that the kernel does not know.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn rule_55_core_dumps_are_off() {
        harden();
        let limit = rustix::process::getrlimit(rustix::process::Resource::Core);
        assert!(limit.current.is_some_and(|bytes| bytes <= 1));
        assert!(limit.maximum.is_some_and(|bytes| bytes <= 1));
    }
}
