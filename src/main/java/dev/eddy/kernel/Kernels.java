package dev.eddy.kernel;

/** Where a network finds its kernel. */
public final class Kernels {
    /** Loaded by name: its classes refer to a module that is there only if the JVM was started with it. */
    private static final String SIMD = "dev.eddy.kernel.simd.SimdKernel";

    private static final String MODULE = "jdk.incubator.vector";

    private static final Kernel SCALAR = new ScalarKernel();
    private static final Kernel BEST = load();

    private Kernels() {}

    /** The fastest kernel this JVM can run. */
    public static Kernel best() {
        return BEST;
    }

    /** The specification of every kernel. */
    public static Kernel scalar() {
        return SCALAR;
    }

    /** What would make the arithmetic faster, in one sentence; {@code null} if nothing would. */
    public static String advice() {
        return ModuleLayer.boot().findModule(MODULE).isPresent()
                ? null
                : "start Java with --add-modules " + MODULE + " for the faster kernel; the predictions are the same";
    }

    private static Kernel load() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return SCALAR;
        }
        try {
            Kernel simd =
                    (Kernel) Class.forName(SIMD).getMethod("ofWidestRegisters").invoke(null);
            return simd == null ? SCALAR : simd;
        } catch (ReflectiveOperationException | LinkageError e) {
            return SCALAR;
        }
    }
}
