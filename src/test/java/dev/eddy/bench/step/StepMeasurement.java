package dev.eddy.bench.step;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What JMH runs: calls of one contender at one size. In a JVM of its own, so that the compiler sees no other. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StepMeasurement {
    @Param("16x64")
    public String size;

    @Param("EDDY")
    public String contender;

    @Param("3000")
    public long warmUpMs;

    private Stepper stepper;

    /**
     * Processor time of this thread, which others that want the processor do not lengthen, and the calls made in it; both of one
     * iteration.
     */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Cost {
        public long cpuNanos;
        public long calls;

        // JMH counts from the public fields and sets them to zero when it likes.
        private long begin;
        private long made;

        /** Begins to count. */
        @Setup(Level.Iteration)
        public void begin() {
            made = 0;
            begin = cpuTime();
        }

        /** Takes the time. */
        @TearDown(Level.Iteration)
        public void end() {
            cpuNanos = cpuTime() - begin;
            calls = made;
        }
    }

    /** Opens the contender and warms it up: by processor time, since JMH's own warm-up goes by the clock. */
    @Setup
    public void open() {
        stepper = Contender.valueOf(contender).open(new StepModel(StepSize.parse(size)));
        for (long end = cpuTime() + warmUpMs * 1_000_000; cpuTime() < end; ) {
            for (int i = 0; i < 20; i++) {
                stepper.step();
            }
        }
    }

    /** One step of all its keys. */
    @Benchmark
    public float[][] step(Cost cost) {
        cost.made++;
        return stepper.step();
    }

    private static long cpuTime() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
