package dev.eddy.kernel.simd;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;

/**
 * Memory for weights that begins on a 64-byte boundary, so that no vector of them lies in two cache lines.
 *
 * <p>Java aligns arrays to 8 bytes and moves them when it collects garbage. Under G1 an array of half a region or more begins a
 * region of its own and stays there: such arrays are cut into blocks here. Small blocks of all models share an array, which goes
 * when the last of them goes; a large block is an array of its own. Other collectors promise nothing, and so are not asked for
 * more than the block.
 */
final class Arena {
    /** Floats in 64 bytes. */
    private static final int LINE = 16;

    /** Floats in a region of G1; 0 under another collector. */
    private static final int REGION =
            (int) (option("UseG1GC", 0) == 0 ? 0 : option("G1HeapRegionSize", 0) / Float.BYTES);

    /** Where in an array that begins on a boundary the next boundary is. */
    private static final int FIRST = LINE - headerBytes() / Float.BYTES;

    /** Held weakly: it goes with its blocks. */
    private static WeakReference<Shared> shared = new WeakReference<>(null);

    private Arena() {}

    /**
     * Some elements from {@code at}.
     *
     * @param owner what keeps the rest of a shared array for further blocks, as long as one of its blocks is there
     */
    record Block(float[] array, int at, Object owner) {}

    private static final class Shared {
        private final float[] array = new float[REGION - LINE];
        private int used = FIRST;
    }

    static synchronized Block allocate(int length) {
        int lines = (length + LINE - 1) / LINE * LINE;
        if (lines >= REGION / 2) {
            return new Block(new float[FIRST + lines], FIRST, null);
        }
        Shared current = shared.get();
        if (current == null || current.used + lines > current.array.length) {
            current = new Shared();
            shared = new WeakReference<>(current);
        }
        Block block = new Block(current.array, current.used, current);
        current.used += lines;
        return block;
    }

    /** A JVM's option as a number, {@code true} as 1; {@code otherwise} where there is no such option. */
    private static long option(String name, long otherwise) {
        try {
            String value = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .getVMOption(name)
                    .getValue();
            return value.equals("true") ? 1 : value.equals("false") ? 0 : Long.parseLong(value);
        } catch (IllegalArgumentException | NullPointerException | LinkageError e) {
            return otherwise;
        }
    }

    /** What stands before the elements of an array: mark, class and length. */
    private static int headerBytes() {
        if (option("UseCompactObjectHeaders", 0) == 1) {
            return 12;
        }
        return option("UseCompressedClassPointers", 1) == 1 ? 16 : 24;
    }
}
