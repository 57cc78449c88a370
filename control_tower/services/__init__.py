"""What can a user do? One function per action, one transaction per function; rights, version and repetition are checked
here and the action is audited. Pages and commands call nothing else that writes.
"""
