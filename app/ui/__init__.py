"""What a person sees: Qt."""
