"""What each command of the command line does; heavy imports wait until a command runs."""
