//! Whether this node is in its role.

use super::*;

#[test]
fn a_role_that_does_not_exist_is_not_made_by_registering_into_it() {
    let seen = Observed {
        k2hr3: K2hr3::Failed(Failure::NoRole),
        membership: Membership::Unknown,
        memory: Memory::of(CUK),
        ..settled()
    };
    assert!(!steps(&seen).contains(&"register".to_owned()));
}

#[test]
fn a_registration_into_a_mistyped_role_is_told_and_not_repeated() {
    let memory = Memory { registrations: 1, registered: false, ..settled().memory };
    let stray = Observed { membership: Membership::Stray, memory, ..settled() };
    assert_eq!(situations(&stray), [Situation::NoSuchRole]);
    assert_eq!(steps(&stray), NOTHING);
}

#[test]
fn a_token_that_is_refused_is_told_and_unsettles_nothing_that_the_address_carries() {
    let carrier = Some(Carrier::Address);
    let seen = Observed { token_refused: true, carrier, ..settled() };
    assert_eq!(situations(&seen), [Situation::TokenRefused]);
    assert!(plan(&seen, &policy()).is_settled());
}

#[test]
fn a_registered_node_needs_two_looks_without_itself_to_register_again() {
    let missing = |looks| Observed { membership: Membership::Missing { looks }, ..settled() };
    assert_eq!(steps(&missing(1)), NOTHING);
    assert_eq!(steps(&missing(2)), ["register"]);
}

#[test]
fn registering_in_vain_becomes_rarer() {
    let tried = |registrations, ago| {
        let memory = Memory { registrations, registered_at: NOW - ago, ..settled().memory };
        Observed { membership: Membership::Missing { looks: 2 }, memory, ..settled() }
    };
    assert_eq!(steps(&tried(1, 4)), NOTHING);
    assert_eq!(steps(&tried(1, 5)), ["register"]);
    assert_eq!(steps(&tried(4, 319)), NOTHING);
    assert_eq!(steps(&tried(4, 320)), ["register"]);
    assert_eq!(steps(&tried(40, 3600)), ["register"]);
    assert_eq!(plan(&tried(1, 4), &policy()).again, Some(S(5)));
    assert_eq!(steps(&Observed { forced: true, ..tried(1, 4) }), ["register"]);
}

#[test]
fn without_a_token_a_missing_node_can_only_be_told() {
    let seen =
        Observed { membership: Membership::Missing { looks: 9 }, has_token: false, ..settled() };
    assert_eq!(steps(&seen), NOTHING);
    assert_eq!(situations(&seen), [Situation::NotMember { has_token: false }]);
    assert_eq!(plan(&seen, &policy()).again, None);
}

#[test]
fn a_node_that_left_on_purpose_does_not_come_back() {
    let departed = |registered| {
        let memory = Memory { departed: true, registered, ..settled().memory };
        Observed { membership: Membership::Missing { looks: 9 }, memory, ..settled() }
    };
    assert_eq!(steps(&departed(true)), ["leave"]);
    assert_eq!(steps(&departed(false)), NOTHING);
}
