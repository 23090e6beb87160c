//! State in memory, and what every state database must do.
