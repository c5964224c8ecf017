"""What happens, as events, and the modules that turn events into something a person or a machine reads."""
