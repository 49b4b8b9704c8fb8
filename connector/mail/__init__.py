"""What Ponte writes to people, and how it leaves: SMTP, or the sandbox's mail door in demo and test."""
