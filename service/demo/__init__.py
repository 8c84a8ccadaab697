"""The embedded demonstration: real servers on loopback, nineteen communes, a fast clock."""
