//! The stack below whoever runs: what returned has left its locals there, and nothing wipes them.

/// How far below the caller is wiped, in bytes: deeper than any act was seen to go, and an eighth of the smallest stack
/// that a thread of ours has.
const DEPTH: usize = 256 * 1024;

/// Overwrites what calls that have returned left on this thread's stack.
///
/// Ciphers wipe their key schedules when they are dropped, and cannot wipe the copies that the compiler made of a key on
/// the way there: in registers that were spilled, in values that were moved. A thread that waits would keep them for as
/// long as nobody calls as deep. So whoever is about to wait calls this first.
#[inline(never)]
pub fn wipe_dead_stack() {
    // Whoever sees this address might read it: the zeros cannot be left out.
    #[allow(clippy::large_stack_arrays)]
    let below = [0_u8; DEPTH];
    std::hint::black_box(&below);
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::hint::black_box;
    use std::os::unix::fs::FileExt;

    use super::*;

    const FRAME: usize = 1024;
    const MARK: u8 = 0xA7;

    /// Leaves a mark some frames down; where it lies.
    #[inline(never)]
    fn leave(frames: usize) -> u64 {
        let mut local = [0_u8; FRAME];
        if frames > 0 {
            return black_box(leave(frames - 1)).wrapping_add(u64::from(black_box(&local)[0]));
        }
        local.fill(MARK);
        black_box(&local).as_ptr().addr() as u64
    }

    /// Whether this process has any of the mark there.
    fn left(memory: &File, at: u64) -> bool {
        let mut bytes = Box::new([0_u8; FRAME]);
        memory.read_exact_at(bytes.as_mut_slice(), at).unwrap();
        bytes.contains(&MARK)
    }

    #[test]
    fn what_a_call_left_behind_is_there_until_it_is_wiped() {
        for frames in [0, 8, 64, 150] {
            let memory = File::open("/proc/self/mem").unwrap();
            let at = leave(frames);
            // Frames of this test's own may lie over its upper end where nothing is between.
            if frames > 0 {
                assert!(left(&memory, at), "{frames} frames down");
            }
            wipe_dead_stack();
            assert!(!left(&memory, at), "{frames} frames down");
        }
    }
}
