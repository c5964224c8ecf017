"""What a job is and how it lives: pure values and rules, no I/O, no clock, no dice."""
