//! A model that says what a script says, and what every language model must do.
