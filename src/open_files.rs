//! How many files this process may have open: each connection and each watcher takes one.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// What a shell usually grants, and what is left where the system does not answer.
const USUAL_LIMIT: u64 = 1024;

/// Takes all that the system lets us have, and says how many that is.
#[must_use]
pub fn raise_limit() -> usize {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return usize::try_from(USUAL_LIMIT).unwrap_or(usize::MAX);
    };
    let raised = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    let limit = if raised.is_ok() { hard } else { soft };
    usize::try_from(limit).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_as_far_as_the_system_lets_us() {
        let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        assert_eq!(raise_limit(), usize::try_from(hard).unwrap());
        assert_eq!(getrlimit(Resource::RLIMIT_NOFILE).unwrap(), (hard, hard));
    }
}
