//! What K2HR3 makes of an address.

use std::net::IpAddr;

/// Whether K2HR3 can remove a member with this address from its role by the role's path.
///
/// K2HR3 2.0.3 takes for an IPv6 address only what ends in exactly one hexadecimal digit after the
/// last colon; it answers a removal of any other with 204 and does nothing (measured).
pub fn is_removable(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => true,
        IpAddr::V6(address) => {
            let text = address.to_string();
            text.rsplit(':').next().is_some_and(|last| last.len() == 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_address_is_removable_only_when_it_ends_in_one_digit() {
        for (address, removable) in [
            ("192.0.2.10", true),
            ("fe80::1", true),
            ("2001:db8::a", true),
            ("fe80::12", false),
            ("2001:db8::10", false),
            ("2001:db8::", false),
        ] {
            assert_eq!(is_removable(address.parse().unwrap()), removable, "{address}");
        }
    }
}
