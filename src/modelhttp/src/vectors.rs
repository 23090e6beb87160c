//! Vectors of texts, checked before they are trusted.

use pstral_core::ports::ModelError;

/// As many vectors as texts, all of one length, or what is wrong with them.
pub fn checked(vectors: Vec<Vec<f32>>, texts: usize) -> Result<Vec<Vec<f32>>, ModelError> {
    let dimensions = vectors.first().map_or(0, Vec::len);
    if vectors.len() != texts || dimensions == 0 || vectors.iter().any(|one| one.len() != dimensions) {
        let lengths: Vec<usize> = vectors.iter().map(Vec::len).collect();
        return Err(ModelError::Protocol(format!("{texts} texts became vectors of lengths {lengths:?}")));
    }
    Ok(vectors)
}
