//! The messages of the time stamp protocol (RFC 3161, section 2.4), as far as they must be read: an answer is taken apart down
//! to the time stamp's own content (RFC 5652, sections 3 and 5.1), whose other members may have any form.

use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode as _, Encode as _, Reader as _, Sequence, SliceReader, Tag, Tagged as _};
use pstral_auditproof::Hash;
use pstral_core::text::{Text, text};

/// RFC 5754, section 2.2.
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
/// RFC 5652, section 5.1.
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// RFC 3161, section 2.4.2.
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
/// The statuses with which an answer holds a time stamp: granted, and granted with modifications.
const GRANTED: [u32; 2] = [0, 1];

/// The reason why an answer is no time stamp of what was sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TimeStampError {
    Unreadable(der::Error),
    Refused(u32),
    OtherContent(ObjectIdentifier),
    OtherImprint,
    OtherNonce,
}

impl TimeStampError {
    /// Returns the sentence for people.
    pub(super) fn text(&self) -> Text {
        match self {
            Self::Unreadable(error) => text("time-stamp-unreadable").with("error", error.to_string()),
            Self::Refused(status) => text("time-stamp-refused").with("status", status.to_string()),
            Self::OtherContent(kind) => text("time-stamp-other-content").with("kind", kind.to_string()),
            Self::OtherImprint => text("time-stamp-other-imprint"),
            Self::OtherNonce => text("time-stamp-other-nonce"),
        }
    }
}

impl From<der::Error> for TimeStampError {
    fn from(error: der::Error) -> Self {
        Self::Unreadable(error)
    }
}

#[derive(Sequence)]
struct TimeStampReq<'a> {
    version: u8,
    message_imprint: MessageImprint<'a>,
    nonce: u64,
    cert_req: bool,
}

#[derive(Sequence)]
struct MessageImprint<'a> {
    hash_algorithm: HashAlgorithm<'a>,
    hashed_message: &'a OctetStringRef,
}

#[derive(Sequence)]
struct HashAlgorithm<'a> {
    algorithm: ObjectIdentifier,
    #[asn1(optional = "true")]
    parameters: Option<AnyRef<'a>>,
}

/// Writes the request for a time stamp of something with this digest. It asks for the certificate, without which nobody could
/// verify the answer years later.
pub(super) fn request(digest: &Hash, nonce: u64) -> Result<Vec<u8>, der::Error> {
    let hash_algorithm = HashAlgorithm { algorithm: SHA256, parameters: Some(AnyRef::NULL) };
    let message_imprint = MessageImprint { hash_algorithm, hashed_message: OctetStringRef::new(&digest.0)? };
    TimeStampReq { version: 1, message_imprint, nonce, cert_req: true }.to_der()
}

/// Checks that an answer grants a time stamp of this digest to the request with this nonce.
pub(super) fn check(answer: &[u8], digest: &Hash, nonce: u64) -> Result<(), TimeStampError> {
    let mut answer = members(AnyRef::from_der(answer)?)?;
    let status = u32::decode(&mut members(AnyRef::decode(&mut answer)?)?)?;
    if !GRANTED.contains(&status) {
        return Err(TimeStampError::Refused(status));
    }
    // Certificates and signatures follow what is signed.
    let mut signed = members(content(AnyRef::decode(&mut answer)?, SIGNED_DATA)?)?;
    let (_version, _algorithms) = (AnyRef::decode(&mut signed)?, AnyRef::decode(&mut signed)?);
    let info = content(AnyRef::decode(&mut signed)?, TST_INFO)?.decode_as::<&OctetStringRef>()?;

    let mut info = members(AnyRef::from_der(info.as_bytes())?)?;
    let (_version, _policy) = (AnyRef::decode(&mut info)?, AnyRef::decode(&mut info)?);
    let imprint = MessageImprint::decode(&mut info)?;
    if imprint.hash_algorithm.algorithm != SHA256 || imprint.hashed_message.as_bytes() != digest.0 {
        return Err(TimeStampError::OtherImprint);
    }
    let (_serial_number, _time) = (AnyRef::decode(&mut info)?, AnyRef::decode(&mut info)?);
    // Of the members that may follow, only the nonce is an integer.
    while !info.is_finished() {
        let member = AnyRef::decode(&mut info)?;
        if member.tag() == Tag::Integer {
            let is_ours = member.decode_as::<u64>().is_ok_and(|found| found == nonce);
            return if is_ours { Ok(()) } else { Err(TimeStampError::OtherNonce) };
        }
    }
    Err(TimeStampError::OtherNonce)
}

/// Reads what a sequence holds.
fn members(sequence: AnyRef<'_>) -> Result<SliceReader<'_>, der::Error> {
    sequence.tag().assert_eq(Tag::Sequence)?;
    SliceReader::new(sequence.value())
}

/// Returns what stands in an envelope that says of which kind it is.
fn content(envelope: AnyRef<'_>, kind: ObjectIdentifier) -> Result<AnyRef<'_>, TimeStampError> {
    let mut members = members(envelope)?;
    match ObjectIdentifier::decode(&mut members)? {
        found if found == kind => Ok(AnyRef::from_der(AnyRef::decode(&mut members)?.value())?),
        found => Err(TimeStampError::OtherContent(found)),
    }
}
