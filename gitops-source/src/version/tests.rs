use super::*;

#[test]
fn ranges_hold_what_they_hold_for_users_of_flux_and_helm() {
    for (range, inside, outside) in [
        ("*", "0.0.1 1.2.3 9.9.9", "1.0.0-rc.1"),
        (">=1.2.0 <2.0.0", "1.2.0 1.9.9", "1.1.9 2.0.0 1.3.0-rc.1"),
        (">=1.2.0, <2.0.0", "1.2.0 1.9.9", "1.1.9 2.0.0"),
        (">= 1.2 , < 2", "1.2.0 1.9.9", "1.1.9 2.0.0"),
        (">=1.0.0-0", "1.0.0-rc.1 1.0.0 1.1.0-rc.1 2.0.0", "0.9.9 0.9.0-rc.1"),
        ("1.x", "1.0.0 1.9.0", "0.9.9 2.0.0 1.1.0-a"),
        ("1.2", "1.2.0 1.2.9", "1.3.0 1.1.9"),
        ("=1.2.3", "1.2.3 v1.2.3 1.2.3+build", "1.2.4 1.2.3-a"),
        ("1.2.3-beta.2", "1.2.3-beta.2", "1.2.3 1.2.3-beta.1"),
        ("!=1.2", "1.1.0 1.3.0", "1.2.0 1.2.7"),
        ("!=1.2-rc", "1.2.0 1.2.7 1.2.0-a", "1.2.7-rc"),
        ("!=1", "0.9.0 2.0.0", "1.0.0 1.9.0"),
        ("!=x", "0.0.1 1.0.0", "0.0.0"),
        (">1", "2.0.0", "1.0.0 1.9.9"),
        (">x", "0.0.1 2.0.0", "0.0.0"),
        (">1.2", "1.3.0 2.0.0", "1.2.9"),
        (">1.2.3", "1.2.4 2.0.0", "1.2.3 1.2.2"),
        ("<=1.2", "1.2.9 0.1.0", "1.3.0"),
        ("<=1", "1.9.9", "2.0.0"),
        ("<=x", "0.0.9", "0.1.0 1.0.0"),
        ("<1.2", "1.1.9", "1.2.0"),
        ("~1.2.3", "1.2.3 1.2.9", "1.2.2 1.3.0"),
        ("~>1.2", "1.2.0 1.2.9", "1.3.0"),
        ("~1", "1.0.0 1.9.0", "2.0.0"),
        ("~0.0.0", "0.0.1 3.0.0", ""),
        ("~0.0", "0.0.1", "0.1.0"),
        ("^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0"),
        ("^0.2.3", "0.2.3 0.2.9", "0.2.2 0.3.0"),
        ("^0.0.3", "0.0.3", "0.0.4 0.1.0"),
        ("^0.0", "0.0.3 0.0.9", "0.1.0"),
        ("^0", "0.0.3 0.9.0", "1.0.0"),
        ("^x", "0.0.0", "0.0.1 1.0.0"),
        ("1.2 - 1.4.5", "1.2.0 1.4.5", "1.1.9 1.4.6"),
        ("1 - 2 || 4 - 5", "1.0.0 2.9.0 4.0.0 5.5.0", "3.0.0 6.0.0"),
        ("<1.0.0 || >=2.0.0", "0.9.0 2.1.0", "1.5.0"),
        ("v1.2.3", "1.2.3", "1.2.4"),
        ("=>1 =<2", "1.0.0 2.9.0", "3.0.0"),
        (">=01.02", "1.2.0", "1.1.0"),
        ("1.2.x-rc", "1.2.0-rc 1.2.5", "1.2.0-a 1.3.0"),
    ] {
        let constraint = Constraint::parse(range).unwrap();
        let holds = |text: &&str| constraint.holds(&Version::parse(text).unwrap());
        let wrong: Vec<&str> = inside.split_terminator(' ').filter(|it| !holds(it)).collect();
        assert!(wrong.is_empty(), "{range:?} should hold {wrong:?}");
        let wrong: Vec<&str> = outside.split_terminator(' ').filter(holds).collect();
        assert!(wrong.is_empty(), "{range:?} should not hold {wrong:?}");
    }
}

#[test]
fn what_is_no_range_is_refused_in_the_words_of_upstream() {
    let long = format!("1.2.3{}", " ".repeat(600));
    let many = vec!["1"; 40].join("||");
    for (range, error) in [
        ("", "improper constraint: \"\""),
        ("latest", "improper constraint: \"latest\""),
        (">=", "improper constraint: \">=\""),
        ("1.2.3.4", "improper constraint: \"1.2.3.4\""),
        (">=1.2.3,", "improper constraint: \">=1.2.3,\""),
        (",>=1", "improper constraint: \",>=1\""),
        (">=1<2", "improper constraint: \">=1<2\""),
        ("1 || ", "improper constraint: \" \""),
        ("1.2.3-", "improper constraint: \"1.2.3-\""),
        ("^^1", "improper constraint: \"^^1\""),
        (">=1 - 2", "improper constraint: \">=>= 1, <= 2 \""),
        ("1|2", "constraint parser error"),
        ("xx", "constraint parser error"),
        ("1.2.3-01", "constraint parser error"),
        (&long, "constraint string is too long (max 512 bytes)"),
        (&many, "too many constraint groups (max 32)"),
    ] {
        let found = Constraint::parse(range).unwrap_err().to_string();
        assert_eq!(found, error, "{range:?}");
    }
}

#[test]
fn versions_are_read_as_loosely_as_upstream() {
    for (text, expected) in [
        ("1", Ok("1.0.0")),
        ("v1.2", Ok("1.2.0")),
        ("01.002.3", Ok("1.2.3")),
        ("1.2.3-rc.1+b.7", Ok("1.2.3-rc.1+b.7")),
        ("1-a", Ok("1.0.0-a")),
        ("1.2.3--", Ok("1.2.3--")),
        ("", Err("invalid semantic version")),
        ("V1", Err("invalid semantic version")),
        ("1.", Err("invalid semantic version")),
        ("1.2.3.4", Err("invalid semantic version")),
        ("1.2.3 ", Err("invalid semantic version")),
        ("1.2.3-a..b", Err("invalid semantic version")),
        ("1.2.3-01", Err("version segment starts with 0")),
        (
            "99999999999999999999",
            Err("error parsing version segment: strconv.ParseUint: parsing \
                 \"99999999999999999999\": value out of range"),
        ),
    ] {
        let found = Version::parse(text).map(|it| it.to_string()).map_err(|it| it.to_string());
        assert_eq!(found.as_deref().map_err(String::as_str), expected, "{text:?}");
    }
    let long = format!("1.2.3-{}", "a".repeat(300));
    assert_eq!(Version::parse(&long), Err(VersionError::TooLong));
}

#[test]
fn complete_versions_have_three_numbers() {
    let cases = [
        ("1.2.3", None),
        ("1.2.3-rc.1+b", None),
        ("", Some(VersionError::Empty)),
        ("1.2", Some(VersionError::Invalid)),
        ("v1.2.3", Some(VersionError::Characters)),
        ("1.2.03", Some(VersionError::LeadingZero)),
        ("1.2.3-01", Some(VersionError::LeadingZero)),
        ("1.2.3-a_b", Some(VersionError::Prerelease)),
        ("1.2.3+a..b", Some(VersionError::Metadata)),
    ];
    for (text, error) in cases {
        assert_eq!(Version::parse_strict(text).err(), error, "{text:?}");
    }
}

#[test]
fn pre_releases_come_in_order() {
    let order = [
        "1.0.0-1",
        "1.0.0-2",
        "1.0.0-10",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc",
        "1.0.0",
        "1.0.1-a",
        "1.1.0",
    ];
    let versions: Vec<Version> = order.iter().map(|it| Version::parse(it).unwrap()).collect();
    for (at, one) in versions.iter().enumerate() {
        for (other_at, other) in versions.iter().enumerate() {
            assert_eq!(one.compare(other), at.cmp(&other_at), "{one} and {other}");
        }
    }
}

#[test]
fn versions_change_into_others() {
    let version = Version::parse("v1.2.3-rc+b").unwrap();
    let next = |it: Option<Version>| it.unwrap().original;
    assert_eq!(next(version.next_patch()), "v1.2.3");
    assert_eq!(next(Version::parse("1.2.3").unwrap().next_patch()), "1.2.4");
    assert_eq!(next(version.next_minor()), "v1.3.0");
    assert_eq!(next(version.next_major()), "v2.0.0");
    assert_eq!(version.with_prerelease("a.1").unwrap().original, "v1.2.3-a.1+b");
    assert_eq!(version.with_prerelease("a..1"), Err(VersionError::Prerelease));
    assert_eq!(version.with_metadata("").unwrap().original, "v1.2.3-rc");
    assert_eq!(Version::parse("18446744073709551615").unwrap().next_major(), None);
}

#[test]
fn a_range_shows_as_upstream_shows_it() {
    let shown = Constraint::parse(">= 1.2, <2||~1").unwrap().to_string();
    assert_eq!(shown, ">=1.2 <2 || ~1");
}
