use super::*;

fn fields() -> AddressFields {
    AddressFields {
        name: "  Łucja Nguyễn-山田 ".to_owned(),
        email: "lucja@example.org".to_owned(),
        phone: Some("+49 (30) 123-4567".to_owned()),
        line1: "Straße 1".to_owned(),
        line2: Some("  ".to_owned()),
        postcode: "10115".to_owned(),
        city: "Berlin".to_owned(),
        state: None,
        country: "DE".to_owned(),
    }
}

fn with_phone(phone: &str, country: &str) -> AddressFields {
    AddressFields {
        phone: Some(phone.to_owned()),
        country: country.to_owned(),
        ..fields()
    }
}

fn faults(fields: AddressFields) -> Vec<&'static str> {
    match Address::parse(fields) {
        Ok(_) => Vec::new(),
        Err(OrderError::Invalid(faults)) => faults.into_iter().map(|(field, _)| field).collect(),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn names_of_any_script_and_phones_with_fillers_are_accepted() {
    let address = Address::parse(fields()).unwrap().0;
    assert_eq!(address.name, "Łucja Nguyễn-山田");
    assert_eq!(address.phone.as_deref(), Some("+49301234567"));
    assert_eq!(address.line2, None);
}

#[test]
fn a_number_as_it_is_dialled_at_home_is_read_with_the_country() {
    for (typed, country, number) in [
        ("030 1234567", "DE", "+49301234567"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("1 415.555.2671", "US", "+14155552671"),
        ("06 1 234 5678", "HU", "+3612345678"),
        ("06 1234 5678", "IT", "+390612345678"),
        ("8 (912) 345-67-89", "RU", "+79123456789"),
        ("55 1234 5678", "MX", "+525512345678"),
        ("+44 (0)20 7946 0018", "DE", "+442079460018"),
        ("0044 20 7946 0018", "DE", "+442079460018"),
    ] {
        let address = Address::parse(with_phone(typed, country)).unwrap().0;
        assert_eq!(
            address.phone.as_deref(),
            Some(number),
            "{typed} in {country}"
        );
    }
    for (typed, country) in [
        ("12", "DE"),
        ("0171 1234567", "US"),
        ("030 12345x", "DE"),
        ("1234567", "AQ"),
        ("+0301234567", "DE"),
    ] {
        assert_eq!(
            faults(with_phone(typed, country)),
            ["phone"],
            "{typed} in {country}"
        );
    }
}

#[test]
fn only_what_a_countrys_addresses_have_is_required() {
    let nowhere = |country: &str| AddressFields {
        postcode: String::new(),
        city: " ".to_owned(),
        country: country.to_owned(),
        phone: None,
        ..fields()
    };
    assert_eq!(faults(nowhere("DE")), ["postcode", "city"]);
    assert_eq!(
        faults(nowhere("AE")),
        Vec::<&str>::new(),
        "has no postcodes"
    );
    assert_eq!(faults(nowhere("HK")), Vec::<&str>::new());
    assert_eq!(faults(nowhere("SG")), ["postcode"], "is its only city");
}

#[test]
fn a_state_is_asked_only_of_those_who_know_of_states() {
    let in_usa = |state: Option<&str>| AddressFields {
        state: state.map(str::to_owned),
        country: "US".to_owned(),
        phone: None,
        ..fields()
    };
    assert!(faults(in_usa(None)).is_empty());
    assert_eq!(faults(in_usa(Some(""))), ["state"]);
    let address = Address::parse(in_usa(Some(" California "))).unwrap().0;
    assert_eq!(address.state.as_deref(), Some("California"));
}

#[test]
fn every_wrong_field_is_named() {
    let nothing = AddressFields::default();
    assert_eq!(
        faults(nothing),
        ["name", "email", "line1", "postcode", "city", "country"]
    );
    let wrong = AddressFields {
        name: "A\u{7}B".to_owned(),
        phone: Some("030 1234".to_owned()),
        line2: Some("x".repeat(201)),
        country: "XX".to_owned(),
        ..fields()
    };
    assert_eq!(faults(wrong), ["name", "phone", "line2", "country"]);
}

#[test]
fn what_nobody_sees_is_left_out_and_what_breaks_a_line_is_refused() {
    let named = |name: &str| AddressFields {
        name: name.to_owned(),
        phone: Some("\u{202a}+49 30 1234567\u{202c}".to_owned()),
        line2: Some("\u{200b}\u{feff} ".to_owned()),
        ..fields()
    };
    let address = Address::parse(named("\u{feff}Ada\u{202e} Love\u{200b}lace\u{2066}"))
        .unwrap()
        .0;
    assert_eq!(address.name, "Ada Lovelace");
    assert_eq!(address.phone.as_deref(), Some("+49301234567"));
    assert_eq!(address.line2, None);
    let joined = "نیلوفر می\u{200c}خواهد";
    assert_eq!(Address::parse(named(joined)).unwrap().0.name, joined);
    for nobody in [
        "\u{200b}\u{202e}",
        "\u{200d}\u{200c}",
        "Ada\u{2028}Lovelace",
        "Ada\r\nBcc: x",
        "Ada\u{0}",
        "\u{85}A\u{85}B",
    ] {
        assert_eq!(faults(named(nobody)), ["name"], "{nobody:?}");
    }
}

#[test]
fn a_name_may_have_200_characters_and_no_more() {
    let name = |length: usize| AddressFields {
        name: "山".repeat(length),
        ..fields()
    };
    assert!(faults(name(200)).is_empty());
    assert_eq!(faults(name(201)), ["name"]);
}

#[test]
fn what_is_no_email_address_is_refused() {
    for email in [
        "a", "@b.c", "a@b", "a@b.", "a b@c.d", "a@b@c.d", "<a@b.c>", "a@.c",
    ] {
        assert_eq!(
            faults(AddressFields {
                email: email.to_owned(),
                ..fields()
            }),
            ["email"],
            "{email}"
        );
    }
}
