//! Published vectors of the standards that documents rest on. `testdata/README.md` says where each comes from.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use hanse_document::canonical::to_vec;
use hanse_document::envelope::signing_bytes;
use hanse_document::{PublicKey, Rejection, Signature, SigningKey};
use serde_json::Value;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)
}

fn json(name: &str) -> Value {
    serde_json::from_slice(&fs::read(path(name)).unwrap()).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
    bytes(text(value)).try_into().unwrap()
}

#[test]
fn w3c_eddsa_jcs_2022() {
    let vector = json("w3c/eddsa-jcs-2022.json");
    let message = signing_bytes(&vector["document"], &vector["proof"]);
    assert_eq!(message.to_vec(), bytes(text(&vector["combinedHash"])));

    // The private key's multicodec prefix is 0x1300, which its two-byte varint writes as 80 26.
    let private =
        bs58::decode(text(&vector["privateKeyMultibase"]).strip_prefix('z').unwrap()).into_vec().unwrap();
    let key = SigningKey::from_seed(private.strip_prefix(&[0x80, 0x26]).unwrap().try_into().unwrap());
    assert_eq!(key.public().multibase(), text(&vector["publicKeyMultibase"]));

    let signature = key.sign(&message);
    let value = format!("z{}", bs58::encode(signature.as_bytes()).into_string());
    assert_eq!(value, text(&vector["proofValue"]));
    assert!(key.public().verify(&message, &signature));
}

#[test]
fn w3c_did_key() {
    for did in [
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
    ] {
        assert_eq!(PublicKey::from_did(did).unwrap().did(), did);
    }
}

#[test]
fn rfc8785_files() {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(path("rfc8785/input")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let input = json(&format!("rfc8785/input/{name}"));
        let output = fs::read(path(&format!("rfc8785/output/{name}"))).unwrap();
        assert_eq!(to_vec(&input), output, "{name}");
        names.insert(name);
    }
    let all = ["arrays.json", "french.json", "structures.json", "unicode.json", "values.json", "weird.json"];
    assert_eq!(names, all.map(str::to_owned).into());
}

#[test]
fn rfc8785_numbers() {
    // Appendix B, without the three that are no numbers.
    let table: [(u64, &str); 24] = [
        (0x0000_0000_0000_0000, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0xc340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
        (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
        (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0x41b3_de43_5555_5554, "333333333.33333325"),
        (0x41b3_de43_5555_5555, "333333333.3333333"),
        (0x41b3_de43_5555_5556, "333333333.3333334"),
        (0x41b3_de43_5555_5557, "333333333.33333343"),
        (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ];
    for (bits, expected) in table {
        let number = Value::from(f64::from_bits(bits));
        assert_eq!(String::from_utf8(to_vec(&number)).unwrap(), expected, "{bits:016x}");
    }
}

#[test]
fn rfc8032_signatures() {
    let vectors = json("ed25519/rfc8032.json");
    for vector in vectors.as_array().unwrap() {
        let key = SigningKey::from_seed(array(&vector["seed"]));
        assert_eq!(key.public().hex(), text(&vector["key"]));
        let message = bytes(text(&vector["msg"]));
        let signature = key.sign(&message);
        assert_eq!(signature.hex(), text(&vector["sig"]));
        assert_eq!(Signature::from_hex(text(&vector["sig"])), Ok(signature));
        assert!(key.public().verify(&message, &signature));
        assert!(!key.public().verify(b"another message", &signature));
    }
    assert_eq!(vectors.as_array().unwrap().len(), 4);
}

#[test]
fn ed25519_edge_cases() {
    let vectors = json("ed25519/edges.json");
    let mut accepted = Vec::new();
    for vector in vectors.as_array().unwrap() {
        let flags: Vec<&str> = vector["flags"].as_array().unwrap().iter().map(text).collect();
        let key = PublicKey::from_hex(text(&vector["key"]));
        let no_key = flags.iter().any(|flag| ["low_order_A", "non_canonical_A"].contains(flag));
        assert_eq!(key.is_err(), no_key, "{vector}");
        let Ok(key) = key else { continue };

        let signature = Signature::from_hex(text(&vector["sig"])).unwrap();
        let verified = key.verify(text(&vector["msg"]).as_bytes(), &signature);
        // What is left is a component of low order in both points that cancels out: the cofactorless equation holds.
        let harmless =
            flags.iter().all(|flag| ["low_order_component_A", "low_order_component_R"].contains(flag));
        assert_eq!(verified, harmless, "{vector}");
        if verified {
            accepted.push(vector["number"].as_u64().unwrap());
        }
    }
    assert_eq!(vectors.as_array().unwrap().len(), 21);
    assert_eq!(accepted, [7, 29]);
}

#[test]
fn ed25519_small_order_points_are_no_keys() {
    let points = json("ed25519/small-order.json");
    for form in ["canonical", "alternative"] {
        for point in points[form].as_array().unwrap() {
            assert_eq!(PublicKey::from_hex(text(point)), Err(Rejection::BadKey), "{point}");
        }
    }
    assert_eq!(points["canonical"].as_array().unwrap().len(), 8);
    assert_eq!(points["alternative"].as_array().unwrap().len(), 6);
}

#[test]
fn ed25519_scalars_have_one_form() {
    // The order of the base point, 2^252 + 27742317777372353535851937790883648493, little-endian.
    let order: [u8; 32] =
        bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").try_into().unwrap();
    let key = SigningKey::from_seed([1; 32]);
    let mut signature = *key.sign(b"once").as_bytes();
    assert!(key.public().verify(b"once", &Signature::from_bytes(signature)));
    let mut carry = 0;
    for (byte, add) in signature[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert!(!key.public().verify(b"once", &Signature::from_bytes(signature)), "S + L is the same scalar");
}
