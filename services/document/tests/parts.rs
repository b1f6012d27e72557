//! What parts of documents give back is what was put into them.

use hanse_document::kind::{Money, Per, Point};
use hanse_document::{Currency, Did};

#[test]
fn money_keeps_both_ends() {
    let euro = Currency::parse("EUR").unwrap();
    let money = Money::new(euro.clone(), Some(4_000), Some(7_500), Per::Hour).unwrap();
    assert_eq!(
        (money.currency(), money.min(), money.max(), money.per()),
        (&euro, Some(4_000), Some(7_500), Per::Hour)
    );
    let open = Money::new(euro, None, None, Per::Project).unwrap();
    assert_eq!((open.min(), open.max()), (None, None));
}

#[test]
fn a_point_keeps_north_and_east_apart() {
    let lyon = Point::new(457_640, 48_357).unwrap();
    assert_eq!((lyon.latitude_e4(), lyon.longitude_e4()), (457_640, 48_357));
    let lima = Point::new(-120_464, -770_428).unwrap();
    assert_eq!((lima.latitude_e4(), lima.longitude_e4()), (-120_464, -770_428));
}

#[test]
fn a_did_is_its_text() {
    let text = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";
    assert_eq!(AsRef::<str>::as_ref(&Did::parse(text).unwrap()), text);
}
