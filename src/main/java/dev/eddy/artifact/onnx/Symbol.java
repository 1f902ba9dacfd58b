package dev.eddy.artifact.onnx;

import dev.eddy.model.InvalidModelException;

/**
 * An axis over which a graph works point by point: time or batch. Which of the two shows when a recurrent node reads it;
 * axes that must agree are joined.
 */
final class Symbol {
    /** What an axis counts. */
    enum Role {
        TIME,
        BATCH
    }

    private Symbol parent;
    private Role role;
    private long length; // 0: dynamic

    Symbol(long length) {
        this.length = length;
    }

    Symbol root() {
        Symbol at = this;
        while (at.parent != null) {
            at = at.parent;
        }
        if (at != this) {
            parent = at;
        }
        return at;
    }

    /** Its fixed length, or 0 for a dynamic one. */
    long length() {
        return root().length;
    }

    /** What it counts, or {@code null} where that is not known yet. */
    Role role() {
        return root().role;
    }

    boolean same(Symbol other) {
        return root() == other.root();
    }

    /** Says what the axis counts. */
    void become(Role newRole) {
        Symbol root = root();
        if (root.role != null && root.role != newRole) {
            throw new InvalidModelException(
                    "the graph uses one axis both as time and as batch; is batch_first set as the"
                            + " input's axes are?");
        }
        root.role = newRole;
    }

    /** Gives a dynamic axis a fixed length, or checks it. */
    void requireLength(long fixed) {
        Symbol root = root();
        if (root.length != 0 && root.length != fixed) {
            throw new InvalidModelException(
                    "the graph needs an axis to be " + root.length + " long and " + fixed + " long");
        }
        root.length = fixed;
    }

    /** Makes two axes one. */
    void join(Symbol other) {
        Symbol a = root();
        Symbol b = other.root();
        if (a == b) {
            return;
        }
        if (b.length != 0) {
            a.requireLength(b.length);
        }
        if (b.role != null) {
            a.become(b.role);
        }
        b.parent = a;
    }
}
