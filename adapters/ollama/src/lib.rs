//! Ollama as a language model.
