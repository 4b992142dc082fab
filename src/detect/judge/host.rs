//! What the user and the host of a login say: do they exist, or does documentation invent them?

use super::sample::is_made_of_words;
use crate::detect::placeholder::is_reference;
use crate::lexicon::{
    LOCAL_DOMAIN, SAMPLE_HOST, SAMPLE_HOST_BEGIN, SAMPLE_USER, SAMPLE_USER_BEGIN,
};

/// Where a login leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// A name or address that others can reach.
    Real,
    /// This machine, a bare service name, or a host that documentation invents.
    Development,
    /// Nothing is said, or it is filled in later.
    Unknown,
}

/// Tells whether a user is one that documentation and tests invent.
pub(super) fn is_sample_user(user: &[u8]) -> bool {
    if user.is_empty() {
        return false;
    }
    let user = user.to_ascii_lowercase();
    is_reference(&user)
        || SAMPLE_USER.has(&user)
        || SAMPLE_USER_BEGIN.begins(&user)
        || memchr::memmem::find(&user, b"user").is_some() && is_made_of_words(&user, b"")
}

/// Returns where a host lies; of several, the first decides.
pub(super) fn reach(host: &[u8]) -> Reach {
    let host = host.split(|&b| b == b',').next().unwrap_or(host);
    if host.is_empty() || is_reference(host) && !host.starts_with(b"[") {
        return Reach::Unknown;
    }
    if host.starts_with(b"[") {
        return reach_if(!host.starts_with(b"[::1]"));
    }
    let host = host.to_ascii_lowercase();
    let bare = host.split(|&b| b == b':').next().unwrap_or(&host);
    let labels: Vec<&[u8]> = bare.split(|&b| b == b'.').collect();
    let is_number = |label: &&[u8]| label.iter().all(u8::is_ascii_digit);
    if labels.len() == 4 && labels.iter().all(is_number) {
        return reach_if(!bare.starts_with(b"127.") && bare != b"0.0.0.0" && bare != b"1.2.3.4");
    }
    let [names @ .., last] = &labels[..] else {
        return Reach::Unknown;
    };
    let invented = |label: &&[u8]| SAMPLE_HOST.has(label) || SAMPLE_HOST_BEGIN.begins(label);
    reach_if(
        !names.is_empty()
            && !LOCAL_DOMAIN.has(last)
            && bare != b"host.docker.internal"
            && !names.iter().all(|label| label.len() <= 1)
            && !labels.iter().any(invented),
    )
}

/// Returns what a host is: one that others can reach, or one for development.
fn reach_if(real: bool) -> Reach {
    if real {
        Reach::Real
    } else {
        Reach::Development
    }
}
