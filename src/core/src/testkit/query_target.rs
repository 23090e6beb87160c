//! A target over rows in memory, and what every target must do.
