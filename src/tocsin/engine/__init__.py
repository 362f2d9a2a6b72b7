"""What makes it go: the door, the performing of wishes, the replay."""
