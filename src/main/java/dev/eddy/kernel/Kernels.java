package dev.eddy.kernel;

/** Where a network finds its kernel. */
public final class Kernels {
    private static final Kernel SCALAR = new ScalarKernel();

    private Kernels() {}

    /** The fastest kernel this machine can run. */
    public static Kernel best() {
        return SCALAR;
    }
}
