"""What stands on the page, a file a screen."""
