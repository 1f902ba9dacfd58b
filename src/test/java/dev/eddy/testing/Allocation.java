package dev.eddy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** What code allocates once the JVM has compiled it. */
public final class Allocation {
    /** The measurement itself may allocate a little. */
    private static final long OWN = 2_000;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private Allocation() {}

    /**
     * Fails unless the code comes to run without allocating. Before it is compiled, the Vector API allocates in every operation.
     *
     * @param code calls often enough what is to be measured, so that every call counts for more than {@link #OWN}
     */
    public static void expectNone(Runnable code) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assumeThat(threads.isThreadAllocatedMemoryEnabled()).isTrue();
        long start = System.nanoTime();
        long allocated;
        do {
            long before = threads.getCurrentThreadAllocatedBytes();
            code.run();
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        } while (allocated >= OWN && System.nanoTime() - start < PATIENCE_NANOS);
        assertThat(allocated).isLessThan(OWN);
    }
}
